import Kernel
import KernelTesting
import KeyValue
import Postgres
import Synchronization
import Testing

@testable import Cutover

@Suite struct RepairTests {
    /// Writes a thing to both stores, as a store does while KV is read; what `before` throws rolls Postgres back.
    private func write(
        _ key: String,
        _ world: ThingWorld,
        beforeCommit before: @Sendable () async throws -> Void = {}
    ) async throws {
        try await world.instance.phases.perform(.board, .write) { permit in
            try await world.database.transaction { transaction in
                _ = try await transaction.query([
                    CopyOutbox.lock(Thing.name(key)),
                    "INSERT INTO things (key, value) VALUES (\(key), 'v')",
                ])
                try await world.writes.write([KeyValueCommand("SET", "thing:\(key)", "v")], Thing.name(key), permit)
                try await before()
            }
        }
    }

    private func entries(_ world: ThingWorld) async throws -> Int64? {
        try await world.kv.send(KeyValueCommand("HLEN", "vibe:cutover:pending:board")).integer
    }

    private struct Killed: Error {}

    @Test("a write leaves no entry behind; one whose process died after the commit stays, and its entry goes")
    func committed() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .dualWrite)
            try await write("a", world)
            #expect(try await entries(world) == 1)
            await world.writes.done(Thing.name("a"))
            #expect(try await entries(world) == 0)
            try await write("b", world)
            #expect(try await world.repairs.run() == 0)
            #expect(try await entries(world) == 1)
            #expect(try await world.repairs.run(olderThan: .zero) == 1)
            #expect(try await entries(world) == 0)
            #expect(try await world.inKV("b") == "v")
        }
    }

    @Test("a write whose transaction did not commit is taken back from KV")
    func rolledBack() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .dualWrite)
            await #expect(throws: Killed.self) { try await write("a", world) { throw Killed() } }
            #expect(try await world.inKV("a") == "v")
            #expect(try await world.repairs.run(olderThan: .zero) == 1)
            #expect(try await world.inKV("a") == nil)
            #expect(try await entries(world) == 0)
        }
    }

    @Test("a repair waits for a write that is still under way")
    func underWay() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .dualWrite)
            let repair = Mutex<Task<Void, any Error>?>(nil)
            try await write("a", world) {
                repair.withLock { $0 = Task { try await world.repairs.repair(Thing.name("a")) } }
                try await eventually("the repair waits for the lock") {
                    try await world.database.read(
                        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                    ).isEmpty == false
                }
            }
            try await repair.withLock { $0 }?.value
            #expect(try await world.inKV("a") == "v")
            #expect(try await entries(world) == 0)
        }
    }

    @Test("a write that KV refused in part is in the queue, fails the request, and is taken back")
    func refusedInPart() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .dualWrite)
            try await world.kv.send(KeyValueCommand("SADD", "list", "x"))
            await #expect(throws: KeyValueError.self) {
                try await world.instance.phases.perform(.board, .write) { permit in
                    try await world.database.transaction { transaction in
                        _ = try await transaction.query("INSERT INTO things (key, value) VALUES ('a', 'v')")
                        let commands = [KeyValueCommand("SET", "thing:a", "v"), KeyValueCommand("LPUSH", "list", "a")]
                        try await world.writes.write(commands, Thing.name("a"), permit)
                    }
                }
            }
            #expect(try await world.repairStore.waiting(in: .board) == [Thing.name("a")])
            let record = try await PhaseStore(database: world.database).record(of: .board)
            let evidence = try await EvidenceStore(database: world.database).evidence(for: record)
            #expect(evidence.repairQueue == 1)
            #expect(try await world.repairs.run() == 1)
            #expect(try await world.inKV("a") == nil)
            #expect(try await world.repairStore.waiting(in: .board) == [])
        }
    }
}
