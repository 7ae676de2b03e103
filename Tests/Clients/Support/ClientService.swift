import JSONText
import KernelTesting
import Testing

/// The service as the clients meet it: the real program, with its limits as they are set by default but for the
/// registers of one address, since all of them come from here.
nonisolated(nonsending) func withService<Result>(
    _ body: (ProcessService, TestDatabase) async throws -> Result
) async throws -> Result {
    try await withTestDatabase(modules: nil) { database in
        try await withProcessService(databaseURL: database.url) { service in try await body(service, database) }
    }
}

extension HTTPClient {
    /// Registers by name, as all clients do.
    func token(of handle: String) async throws -> String {
        let answer = try await post("/api/presence", json: ["action": "register", "username": .string(handle)])
        return try #require(answer.string(at: "token"), "\(answer)")
    }
}
