import Contracts
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

/// What messages do to consent, asked of the capability itself.
@Suite("Contacts")
struct ContactTests {
    @Test("A stranger may send so many messages a day; a reply accepts")
    func strangers() async throws {
        try await withGate { gate, database, clock in
            let first = try await send(gate, database, "ada", "eve")
            #expect(first == .pending)
            for _ in 2...20 { #expect(try await send(gate, database, "ada", "eve") == .pending) }
            await #expect(throws: ConsentRefused(.strangerLimit)) { try await send(gate, database, "ada", "eve") }
            // Each recipient counts for themselves, and each day.
            #expect(try await send(gate, database, "ada", "grace_h") == .pending)
            clock.advance(by: .seconds(86_400))
            #expect(try await send(gate, database, "ada", "eve") == .pending)

            #expect(try await send(gate, database, "eve", "ada") == .accepted)
            for _ in 1...30 { #expect(try await send(gate, database, "ada", "eve") == .accepted) }
            #expect(try await status(database, "ada", "eve") == "accepted")
            #expect(try await status(database, "eve", "ada") == "accepted")
        }
    }

    @Test("Enforced, the first message is the only one, today and later; a request sends none")
    func enforced() async throws {
        try await withGate(isEnforced: true) { gate, database, clock in
            let store = PostgresConsentStore(database: database)
            let pair = OrderedPair(from: "ada", to: "eve")
            _ = try await store.request(pair, message: "hello", at: clock.now, through: BatchWriter(database: database))
            #expect(try await send(gate, database, "ada", "eve") == .pending)
            await #expect(throws: ConsentRefused(.required)) { try await send(gate, database, "ada", "eve") }
            clock.advance(by: .seconds(86_400))
            await #expect(throws: ConsentRefused(.required)) { try await send(gate, database, "ada", "eve") }
            #expect(try await send(gate, database, "eve", "ada") == .accepted)
            #expect(try await send(gate, database, "ada", "eve") == .accepted)
        }
    }

    @Test("First messages at once make one request", arguments: [false, true])
    func atOnce(isEnforced: Bool) async throws {
        try await withGate(isEnforced: isEnforced) { gate, database, _ in
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for _ in 1...30 {
                    group.addTask { (try? await send(gate, database, "ada", "eve")) == .pending }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            // What is too much is refused, however many ask at the same moment.
            #expect(outcomes == (isEnforced ? 1 : 20))
            let rows = try await database.read("SELECT count(*), sum(stranger_messages) FROM user_connections")
            #expect(rows.first?.int64(0) == 1)
            #expect(rows.first?.int64(1) == Int64(outcomes))
            #expect(try await database.read("SELECT FROM connection_ledger").count == 1)
        }
    }

    @Test("Two who write to each other at once end up talking")
    func crossing() async throws {
        try await withGate { gate, database, _ in
            async let one = send(gate, database, "ada", "eve")
            async let other = send(gate, database, "eve", "ada")
            let states = try await [one, other]
            #expect(states.contains(.pending))
            #expect(try await send(gate, database, "ada", "eve") == .accepted)
            #expect(try await send(gate, database, "eve", "ada") == .accepted)
        }
    }

    @Test("Consent does not concern oneself, the house, and the stores of games")
    func exempt() async throws {
        try await withGate { gate, database, _ in
            let ada = person("ada")
            let vibe = Person(handle: "vibe", shown: "vibe", kind: .system)
            let solo = Person(handle: "solo_hangman", shown: "solo-hangman", kind: .placeholder)
            let room = Person(handle: "wordassociation_room", shown: "wordassociation-room", kind: .system)
            for (from, to) in [(ada, ada), (ada, vibe), (vibe, ada), (ada, solo), (ada, room)] {
                let decision = try await gate.check(from: from, to: to)
                #expect(decision.state == .bypassed)
                #expect(gate.record(decision, preview: "x").isEmpty)
            }
            // A person whose name only looks like a store's is a person.
            let living = Person(handle: "living_room", shown: "living-room", kind: .human)
            #expect(try await gate.check(from: ada, to: living).state == .pending)
            _ = database
        }
    }

    @Test("A block that comes between the check and the write ends the write")
    func blockedMeanwhile() async throws {
        try await withGate { gate, database, clock in
            let store = PostgresConsentStore(database: database)
            for known in [false, true] {
                if known { _ = try await send(gate, database, "eve", "ada") }
                let decision = try await gate.check(from: person("ada"), to: person("eve"))
                let pair = OrderedPair(from: "ada", to: "eve")
                _ = try await store.block(pair, at: clock.now, through: BatchWriter(database: database))
                await #expect(throws: PostgresError.self) {
                    try await database.write(gate.record(decision, preview: ""))
                }
                await #expect(throws: ConsentRefused(.blocked)) { try await send(gate, database, "ada", "eve") }
                await #expect(throws: ConsentRefused(.blocked)) { try await send(gate, database, "eve", "ada") }
                _ = try await store.unblock(pair, at: clock.now, through: BatchWriter(database: database))
            }
        }
    }

    @Test("Blocking and unblocking gives the blocker no new messages to a stranger")
    func noReset() async throws {
        try await withGate { gate, database, clock in
            for _ in 1...20 { _ = try await send(gate, database, "ada", "eve") }
            let store = PostgresConsentStore(database: database)
            let byAda = OrderedPair(from: "eve", to: "ada")
            _ = try await store.block(byAda, at: clock.now, through: BatchWriter(database: database))
            _ = try await store.unblock(byAda, at: clock.now, through: BatchWriter(database: database))
            #expect(try await status(database, "ada", "eve") == "none")
            await #expect(throws: ConsentRefused(.strangerLimit)) { try await send(gate, database, "ada", "eve") }
        }
    }

    // MARK: Support

    private func withGate(
        isEnforced: Bool = false,
        _ body: (ConsentGate, PostgresClient, ManualClock) async throws -> Void
    ) async throws {
        try await withSocialDatabase([StandInIdentity(), SocialGraphModule()]) { database in
            try await database.client.write(
                "INSERT INTO handles (handle, shown) SELECT n, n FROM unnest(ARRAY['ada', 'eve', 'grace_h']) AS n"
            )
            let clock = ManualClock()
            let store = PostgresConsentStore(database: database.client)
            let feed = ConnectionFeed(store: store)
            try await feed.poll { _ in
            } lost: {
            }
            let gate = ConsentGate(
                store: store,
                memory: ConnectionMemory(feed: feed),
                clock: clock.wallClock,
                isEnforced: isEnforced
            )
            try await body(gate, database.client, clock)
        }
    }
}

/// As Messaging does it: asked before, recorded with the write. The state, if it was sent; a conflict counts as nothing.
@discardableResult
private func send(_ gate: ConsentGate, _ database: PostgresClient, _ from: String, _ to: String) async throws
    -> ConsentDecision.State
{
    let decision = try await gate.check(from: person(from), to: person(to))
    try await database.write(gate.record(decision, preview: "hello"))
    return decision.state
}

private func person(_ handle: String) -> Person { Person(handle: handle, shown: handle, kind: .human) }

private func status(_ database: PostgresClient, _ from: String, _ to: String) async throws -> String? {
    try await database.read(
        "SELECT status FROM user_connections WHERE from_user = \(from) AND to_user = \(to)"
    ).first?.string(0)
}

/// Writes as a request without an idempotency key does.
struct BatchWriter: RequestWriter {
    let database: PostgresClient

    func write(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
        try await database.write(batch)
    }
}
