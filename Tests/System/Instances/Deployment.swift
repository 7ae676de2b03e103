import DevelopmentPostgres
import KernelTesting
import Postgres
import Testing

/// The ways in which the service is put up; all must look the same from outside.
enum Deployment: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case oneInstance = "one instance"
    case twoInstances = "two instances"
    case pooled = "two instances through PgBouncer"

    var testDescription: String { rawValue }

    /// Those that this machine can put up.
    static var available: [Deployment] {
        allCases.filter { $0 != .pooled || TemporaryPgBouncer.isInstalled }
    }
}

/// Two doors to the same service; with one instance, the same door twice.
struct Doors: Sendable {
    let first: HTTPClient
    let second: HTTPClient
    let database: TestDatabase
}

/// Puts the service up on an empty database and runs `body` with its doors.
nonisolated(nonsending) func withDeployment(
    _ deployment: Deployment,
    environment: [String: String] = [:],
    _ body: (Doors) async throws -> Void
) async throws {
    try await Gate.services.pass {
        try await withTestDatabase(modules: nil) { database in
            try await withDeployment(deployment, database, ServiceEnvironment.unlimited(environment), body)
        }
    }
}

private nonisolated(nonsending) func withDeployment(
    _ deployment: Deployment,
    _ database: TestDatabase,
    _ given: [String: String],
    _ body: (Doors) async throws -> Void
) async throws {
    var (url, environment) = (database.url, given)
    var pooler: TemporaryPgBouncer?
    if deployment == .pooled {
        let name = try await database.client.read("SELECT current_database()::text")[0].string(0)
        let started = try await TemporaryPgBouncer.start(before: .shared)
        url = started.url(database: name)
        environment["VIBE_DATABASE_PREPARED_STATEMENTS"] = "false"
        environment["VIBE_DATABASE_DIRECT_URL"] = database.url
        pooler = started
    }
    let outcome = await result {
        try await withProcessService(databaseURL: url, environment: environment) { one in
            guard deployment != .oneInstance else {
                return try await body(Doors(first: one.client(), second: one.client(), database: database))
            }
            try await withProcessService(databaseURL: url, environment: environment) { two in
                try await body(Doors(first: one.client(), second: two.client(), database: database))
            }
        }
    }
    await pooler?.remove()
    try outcome.get()
}

private nonisolated(nonsending) func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
    do {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}
