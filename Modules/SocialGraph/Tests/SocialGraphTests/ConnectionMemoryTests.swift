import Contracts
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

/// What an instance remembers is right within two seconds, and at once for what was done here.
@Suite("Memory of connections")
struct ConnectionMemoryTests {
    private let pair = OrderedPair(from: "ada", to: "eve")

    @Test("Nothing is answered before the feed was heard, and what is overtaken by a change is not kept")
    func overtaken() async throws {
        let feed = ConnectionFeed(store: SilentFeed())
        let memory = ConnectionMemory(feed: feed)
        memory.rememberAccepted(pair, ifUnchangedSince: memory.revision)
        #expect(!memory.isAccepted(pair))
        try await feed.poll { _ in
        } lost: {
        }
        #expect(memory.isAccepted(pair))

        let revision = memory.revision
        memory.forget(pair.reversed)
        memory.rememberAccepted(pair, ifUnchangedSince: revision)
        memory.rememberHidden([], from: "eve", ifUnchangedSince: revision)
        #expect(!memory.isAccepted(pair))
        #expect(memory.hidden(from: "eve") == nil)
    }

    @Test("While a change made here may not be committed, the database is asked")
    func unsettled() async throws {
        let feed = ConnectionFeed(store: SilentFeed())
        let memory = ConnectionMemory(feed: feed)
        try await feed.poll { _ in
        } lost: {
        }
        memory.rememberHidden(["bot"], from: "ada", ifUnchangedSince: memory.revision)
        memory.isChanging(pair)
        memory.rememberHidden([], from: "ada", ifUnchangedSince: memory.revision)
        memory.rememberAccepted(pair, ifUnchangedSince: memory.revision)
        #expect(memory.hidden(from: "ada") == nil)
        #expect(!memory.isAccepted(pair))
        memory.rememberHidden(["x"], from: "grace_h", ifUnchangedSince: memory.revision)
        #expect(memory.hidden(from: "grace_h") == ["x"])
    }

    @Test("The feed brings each change once, also of transactions that took long, and tells when the server is another")
    func feed() async throws {
        try await withSocialDatabase([StandInIdentity(), SocialGraphModule()]) { database in
            let client = database.client
            try await client.write(
                "INSERT INTO handles (handle, shown) SELECT n, n FROM unnest(ARRAY['ada', 'eve', 'bot']) AS n"
            )
            let store = PostgresConsentStore(database: client)
            let feed = ConnectionFeed(store: store)
            func news() async throws -> [String] {
                var heard: [String] = []
                try await feed.poll {
                    heard.append($0.from + " " + $0.to)
                } lost: {
                    heard.append("lost")
                }
                return heard.sorted()
            }
            #expect(try await news() == [])
            let now = PostgresTimestamp(microseconds: 1_767_888_000_000_000)
            try await client.transaction { slow in
                try await slow.query("INSERT INTO user_connections (from_user, to_user) VALUES ('ada', 'bot')")
                _ = try await store.block(pair, at: now, through: BatchWriter(database: client))
                #expect(try await news() == ["ada eve"])
                #expect(try await news() == [])
            }
            #expect(try await news() == ["ada bot"])
            _ = try await store.unblock(pair, at: now, through: BatchWriter(database: client))
            #expect(try await news() == ["ada eve"])
            #expect(try await news() == [])
        }
    }

    @Test("A block made on one instance counts there at once and on another within two seconds")
    func twoInstances() async throws {
        let modules: [any FeatureModule] = [StandInIdentity(people), StandInPeople(people), SocialGraphModule()]
        try await withSocialDatabase(modules) { database in
            try await withInstance(database) { one, first in
                try await withInstance(database) { _, second in
                    // Both know that the two may see each other.
                    for neighbour in [first, second] {
                        #expect(try await neighbour.blocks().hidden(from: "ada") == [])
                        #expect(try await neighbour.blocks().hidden(from: "eve") == [])
                    }
                    let start = ContinuousClock.now
                    try await one.consent("block", "ada", from: "eve", to: "ada")
                    #expect(try await first.blocks().hidden(from: "ada") == ["eve"])
                    #expect(try await first.blocks().hidden(from: "eve") == ["ada"])
                    try await eventually("the other instance hears of the block") {
                        try await second.blocks().hidden(from: "eve") == ["ada"]
                    }
                    #expect(try await second.blocks().hidden(from: "ada") == ["eve"])
                    // Polled twice a second; the rest is room for a busy machine.
                    #expect(ContinuousClock.now - start < .seconds(9))
                }
            }
        }
    }

    private func withInstance(
        _ database: TestDatabase,
        _ body: (TestService, Neighbour) async throws -> Void
    ) async throws {
        let neighbour = Neighbour()
        let modules: [any FeatureModule] = [
            StandInIdentity(people), StandInPeople(people), SocialGraphModule(), neighbour,
        ]
        try await withTestService(modules: modules, database: database) { try await body($0, neighbour) }
    }
}

/// A feed that hears nothing new.
private struct SilentFeed: ConnectionChangeStore {
    func changes(since horizon: Int64?) async throws -> ConnectionChangePage {
        ConnectionChangePage(horizon: 1, changes: [])
    }

    func forgetForeignWriters() async throws {}
}
