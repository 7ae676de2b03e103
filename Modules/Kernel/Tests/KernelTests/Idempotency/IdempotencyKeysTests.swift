import Contracts
import HTTPTypes
import JSONText
import KernelTesting
import NIOCore
import Postgres
import Testing

@testable import Kernel

@Suite(.serialized) struct IdempotencyKeysTests {
    private struct Broken: Error {}

    /// Keys on a database with a table `things`, and what a request of these tests does.
    private struct Desk: Sendable {
        let keys: IdempotencyKeys
        let database: PostgresClient
        let events: EventPublisher
        let runs = Tally()

        init(_ database: TestDatabase, settings: [String: String] = [:]) async throws {
            let services = try KernelFixture.services(database.client, settings: settings)
            keys = IdempotencyKeys(services: services)
            events = services.events
            self.database = database.client
            try await database.client.write("CREATE TABLE things (name text PRIMARY KEY)")
        }

        func run(
            key: String = "k",
            scope: String = "ada",
            body: UInt8 = 1,
            secret: Bool = false,
            _ handler: (any RequestWriter) async throws -> APIResponse
        ) async throws -> APIResponse {
            try await keys.run(
                scope: scope,
                method: "POST",
                route: "/api/things",
                key: key,
                bodyHash: [UInt8](repeating: body, count: 32),
                secret: secret
            ) { writer in
                runs.increment()
                return try await handler(writer)
            }
        }

        func things() async throws -> [String] {
            try await database.read("SELECT name FROM things ORDER BY name").map { $0.string(0) }
        }

        func rows() async throws -> Int64 {
            try await database.read("SELECT count(*) FROM idempotency_keys")[0].int64(0)
        }
    }

    private static func add(_ name: String) -> [PostgresQuery] { ["INSERT INTO things (name) VALUES (\(name))"] }

    private static func created(_ name: String) -> APIResponse {
        var response = APIResponse.json(.created, ["name": .string(name)])
        response.headers[.location] = "/api/things/\(name)"
        return response
    }

    private static func text(_ response: APIResponse) -> String { String(buffer: response.body) }

    private static func error(_ body: () async throws -> APIResponse) async -> APIError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? APIError
        }
    }

    private static let replayed = HTTPField.Name("Idempotency-Replayed")!

    @Test func theSameRequestIsAnsweredAgainAndHappensOnce() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            let first = try await desk.run { writer in
                _ = try await writer.write(Self.add("a"))
                return Self.created("a")
            }
            #expect(first.headers[Self.replayed] == nil)
            let second = try await desk.run { _ in throw Broken() }
            #expect(second.status == .created)
            #expect(Self.text(second) == #"{"name":"a"}"#)
            #expect(second.headers[.location] == "/api/things/a")
            #expect(second.headers[.contentType] == first.headers[.contentType])
            #expect(second.headers[Self.replayed] == "true")
            #expect(desk.runs.count == 1)
            #expect(try await desk.things() == ["a"])
        }
    }

    @Test func anotherBodyIsRefused() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            _ = try await desk.run { _ in Self.created("a") }
            let error = await Self.error { try await desk.run(body: 2) { _ in Self.created("a") } }
            #expect(error?.status == .unprocessableContent)
            #expect(error?.code == "idempotency_key_reused")
        }
    }

    @Test func keysOfOthersAreOthers() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            _ = try await desk.run { _ in Self.created("a") }
            _ = try await desk.run(scope: "bob") { _ in Self.created("b") }
            _ = try await desk.run(key: "l") { _ in Self.created("c") }
            #expect(desk.runs.count == 3)
        }
    }

    @Test func whileTheFirstRunsTheSecondIsSentAway() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let (allowed, allow) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try await desk.run { writer in
                        _ = try await writer.write(Self.add("a"))
                        begin.yield()
                        for await _ in allowed { break }
                        return Self.created("a")
                    }
                }
                for await _ in begun { break }
                let error = await Self.error { try await desk.run { _ in Self.created("b") } }
                #expect(error?.status == .conflict)
                #expect(error?.code == "idempotency_in_progress")
                #expect(error?.retryAfter == 1)
                allow.finish()
                try await group.waitForAll()
            }
            #expect(desk.runs.count == 1)
            #expect(try await desk.run { _ in throw Broken() }.headers[Self.replayed] == "true")
        }
    }

    @Test func ofManyAtOnceOneHappens() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            let answers = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        do {
                            return try await desk.run { writer in
                                _ = try await writer.write(Self.add("a"))
                                return Self.created("a")
                            }.status.code
                        } catch {
                            return (error as? APIError)?.status.code ?? 500
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers).isSubset(of: [201, 409]))
            #expect(answers.contains(201))
            #expect(desk.runs.count == 1)
            #expect(try await desk.things() == ["a"])
        }
    }

    @Test func aRefusalIsKeptWithoutItsWrites() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            let thrown = APIError(
                .conflict,
                code: "taken",
                error: "taken_error",
                "It is taken.",
                field: "name",
                suggestions: ["b", "c"],
                extra: [("count", 3), ("deep", ["x": [1, nil]])],
                headers: [.allow: "GET"]
            )
            for isReplay in [false, true] {
                let error = await Self.error {
                    try await desk.run { writer in
                        _ = try await writer.write(Self.add("a"))
                        throw thrown
                    }
                }
                #expect(error?.status == .conflict)
                #expect(error?.code == "taken")
                #expect(error?.error == "taken_error")
                #expect(error?.detail == "It is taken.")
                #expect(error?.field == "name")
                #expect(error?.suggestions == ["b", "c"])
                #expect(
                    JSON.object(error?.extra ?? []).bytes == Array(#"{"count":3,"deep":{"x":[1,null]}}"#.utf8)
                )
                #expect(error?.headers[.allow] == "GET")
                #expect(error?.headers[Self.replayed] == (isReplay ? "true" : nil))
            }
            #expect(desk.runs.count == 1)
            #expect(try await desk.things().isEmpty)
        }
    }

    @Test(arguments: [
        APIError(.internalServerError, code: "x", "Broken."), .unavailable(),
        APIError(.tooManyRequests, code: "rate_limited", "Slow down.", retryAfter: 3),
    ])
    func whatMayBeDifferentNextTimeIsNotKept(_ thrown: APIError) async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            let error = await Self.error {
                try await desk.run { writer in
                    _ = try await writer.write(Self.add("a"))
                    throw thrown
                }
            }
            #expect(error?.status == thrown.status)
            #expect(try await desk.things().isEmpty)
            #expect(try await desk.rows() == 0)
            _ = try await desk.run { writer in
                _ = try await writer.write(Self.add("a"))
                return Self.created("a")
            }
            #expect(try await desk.things() == ["a"])
        }
    }

    @Test func unknownErrorsAndAnswersOf500UndoAll() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            await #expect(throws: Broken.self) {
                try await desk.run { writer in
                    _ = try await writer.write(Self.add("a"))
                    throw Broken()
                }
            }
            let response = try await desk.run { writer in
                _ = try await writer.write(Self.add("a"))
                return APIResponse(.internalServerError)
            }
            #expect(response.status == .internalServerError)
            #expect(try await desk.things().isEmpty)
            #expect(try await desk.rows() == 0)
        }
    }

    @Test func aFailedBatchLeavesNoTraceAndAnotherMayFollow() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            _ = try await desk.run { writer in
                _ = try await writer.write(Self.add("a"))
                await #expect(throws: PostgresError.self) {
                    _ = try await writer.write(Self.add("b") + Self.add("a"))
                }
                let rows = try await writer.write(Self.add("c") + ["SELECT count(*) FROM things"])
                #expect(rows.count == 2)
                #expect(rows[1][0].int64(0) == 2)
                return Self.created("c")
            }
            #expect(try await desk.things() == ["a", "c"])
        }
    }

    @Test func aSecretIsGivenOnce() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            _ = try await desk.run(secret: true) { _ in .json(.ok, ["token": "very-secret"]) }
            let error = await Self.error { try await desk.run(secret: true) { _ in Self.created("a") } }
            #expect(error?.status == .conflict)
            #expect(error?.code == "already_issued")
            let dump = try await database.client.read("SELECT idempotency_keys::text FROM idempotency_keys")
            #expect(dump.count == 1)
            #expect(dump.allSatisfy { $0.text(0)?.contains("very-secret") == false })
        }
    }

    /// A heartbeat, on the route that also registers.
    @Test func anAnswerWithoutASecretIsKeptAllTheSame() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            var plain = Self.created("a")
            plain.hasNoSecret = true
            let first = plain
            _ = try await desk.run(secret: true) { _ in first }
            let second = try await desk.run(secret: true) { _ in Self.created("b") }
            #expect(second.body == first.body)
            #expect(desk.runs.count == 1)
        }
    }

    @Test(arguments: ["", "a b", "ä", String(repeating: "k", count: 256), "a\u{7F}"])
    func malformedKeysAreRefused(_ key: String) async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            let error = await Self.error { try await desk.run(key: key) { _ in Self.created("a") } }
            #expect(error?.status == .badRequest)
            #expect(desk.runs.count == 0)
        }
    }

    @Test func anAnswerIsForgottenAfterItsTime() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            _ = try await desk.run { _ in Self.created("a") }
            try await database.client.write(
                "UPDATE idempotency_keys SET created_at = now() - interval '25 hours'"
            )
            // Not swept yet, and yet no longer known; the new row takes its place.
            _ = try await desk.run(body: 2) { _ in Self.created("b") }
            #expect(desk.runs.count == 2)
            #expect(try await desk.rows() == 1)
            try await database.client.write(
                "UPDATE idempotency_keys SET created_at = now() - interval '25 hours'"
            )
            #expect(
                try await database.client.write(
                    IdempotencyRecord.sweep(olderThan: .seconds(86_400), limit: 10)
                ).affected == 1
            )
        }
    }

    @Test func erasingAHandleRemovesItsAnswersAndEvents() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            _ = try await desk.run(scope: "ada") { _ in Self.created("a") }
            _ = try await desk.run(scope: "ada_l") { _ in Self.created("a") }
            _ = try await desk.run(scope: "address:1.2.3.4") { _ in .json(.ok, ["user": ["username": "ada"]]) }
            _ = try await desk.run(scope: "address:1.2.3.5") { _ in .json(.ok, ["user": ["username": "ada_l"]]) }
            try await database.client.write(
                """
                INSERT INTO outbox (handler, event, version, payload)
                VALUES ('x', 'y', 1, '{"handle":"ada"}'), ('x', 'y', 1, '{"handle":"ada_l"}')
                """
            )
            try await database.client.write(KernelErasure.statements(for: "ada"))
            #expect(
                try await database.client.read("SELECT scope FROM idempotency_keys ORDER BY scope").map { $0.string(0) }
                    == ["ada_l", "address:1.2.3.5"]
            )
            #expect(
                try await database.client.read("SELECT payload FROM outbox").map { $0.string(0) }
                    == [#"{"handle":"ada_l"}"#]
            )
        }
    }

    /// The dispatcher hears of events that a keyed request published, after the commit.
    @Test func publishedEventsWakeTheDispatcher() async throws {
        try await withTestDatabase(modules: []) { database in
            let desk = try await Desk(database)
            desk.events.subscribe([EventHandler(Rang.self, name: "test.nobody") { _, _ in }])
            _ = try await desk.run { writer in
                _ = try await writer.write(desk.events.statements(for: Rang(bell: "a")))
                return Self.created("a")
            }
            // Returns at once because the signal is remembered.
            #expect(await desk.events.wakeUp.wait())
        }
    }
}
