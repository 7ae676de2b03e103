import HTTPTypes
import JSONText
import Logging
import NIOCore
import Synchronization
import Testing

@testable import Kernel

@Suite struct StatsRouteTests {
    struct Down: Error {}

    private func json(_ response: APIResponse) throws -> JSONValue {
        try JSONDocument(response.body.readableBytesView).root
    }

    @Test func joinsTheFiguresOfAllModules() async throws {
        let file = LogFile()
        let route = StatsRoute(
            hooks: [{ [("users", 2)] }, { throw Down() }, { [("messages", 5)] }],
            clock: .system,
            logger: file.logger(.json)
        )
        let response = await route.stats()
        #expect(response.status == .ok)
        #expect(response.headers[.cacheControl] == "public, max-age=30")
        let json = try json(response)
        #expect(json.members.map(\.key) == ["success", "users", "messages", "storage", "cachedAt"])
        #expect(json["users"]?.int64 == 2)
        #expect(json["messages"]?.int64 == 5)
        #expect(try file.objects.map { $0["error"]?.string } == ["Down()"])
    }

    @Test func aPollerCostsNothing() async throws {
        let calls = Atomic<Int>(0)
        let route = StatsRoute(
            hooks: [{ [("n", .int(calls.add(1, ordering: .relaxed).newValue))] }],
            clock: .system,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let bodies = await withTaskGroup(of: APIResponse.self) { group in
            for _ in 0..<50 { group.addTask { await route.stats() } }
            return await group.reduce(into: []) { $0.append($1.body) }
        }
        #expect(Set(bodies).count == 1)
        #expect(calls.load(ordering: .relaxed) == 1)
    }
}
