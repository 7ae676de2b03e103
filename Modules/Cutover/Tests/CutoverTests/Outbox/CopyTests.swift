import Kernel
import KernelTesting
import KeyValue
import Postgres
import Synchronization
import Testing

@testable import Cutover

@Suite struct CopyTests {
    @Test("KV follows: the present state, once per entity, deletions too")
    func follows() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .postgresReads)
            for value in ["1", "2", "3"] { try await world.put("a", value) }
            try await world.put("b", "gone")
            try await world.put("b", nil)
            try await world.kv.send(KeyValueCommand("SET", "thing:b", "old"))
            #expect(try await world.waiting() == 2)
            #expect(try await world.worker.run() == 2)
            #expect(try await world.inKV("a") == "3")
            #expect(try await world.inKV("b") == nil)
            #expect(try await world.waiting() == 0)
        }
    }

    @Test("what changes while it is copied is copied again")
    func changesMeanwhile() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .postgresReads)
            try await world.put("a", "1")
            world.thing.between.withLock { $0 = { try await world.put("a", "2") } }
            #expect(try await world.worker.run() == 1)
            #expect(try await world.inKV("a") == "1")
            #expect(try await world.waiting() == 1)
            world.thing.between.withLock { $0 = nil }
            #expect(try await world.worker.run() == 1)
            #expect(try await world.inKV("a") == "2")
            #expect(try await world.waiting() == 0)
        }
    }

    @Test("a worker that dies between KV and the commit leaves the copy waiting; making it again does no harm")
    func killed() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .postgresReads)
            try await world.put("a", "1")
            // The session dies while the copy is under way.
            world.thing.between.withLock {
                $0 = {
                    _ = try await world.kv.send(KeyValueCommand("SET", "thing:a", "1"))
                    throw CancellationError()
                }
            }
            await #expect(throws: CancellationError.self) { try await world.worker.run() }
            #expect(try await world.inKV("a") == "1")
            #expect(try await world.waiting() == 1)
            world.thing.between.withLock { $0 = nil }
            #expect(try await world.worker.run() == 1)
            #expect(try await world.inKV("a") == "1")
            #expect(try await world.waiting() == 0)
        }
    }

    @Test("without KV the copies wait; one that fails keeps no other from being made")
    func kvDown() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .postgresReads)
            world.redis.kill()
            try await eventually("Redis is gone") {
                do {
                    try await world.kv.send(KeyValueCommand("PING"), timeout: .milliseconds(200))
                    return false
                } catch {
                    return true
                }
            }
            try await world.put("a", "1")
            #expect(try await world.worker.run() == 0)
            #expect(try await world.waiting() == 1)
            let row = try await world.database.read("SELECT attempts, error FROM cutover_copies").first
            #expect(row?.int64(0) == 1)
            #expect(try row?.decode(String.self, 1).contains("thing:") == false)
        }
        try await ThingWorld.with { world in
            try await world.go(to: .postgresReads)
            try await world.database.write(CopyOutbox.note(EntityName(.board, kind: "unknown", key: "x")))
            try await world.put("a", "1")
            #expect(try await world.worker.run() == 1)
            #expect(try await world.waiting() == 1)
        }
    }

    @Test("in postgres_only copies are noted and not sent; after a retreat they are, and the backlog shows until then")
    func retreat() async throws {
        try await ThingWorld.with { world in
            try await world.go(to: .postgresOnly)
            try await world.put("a", "1")
            #expect(try await world.worker.run() == 0)
            #expect(try await world.inKV("a") == nil)
            try await world.go(to: .dualWrite)
            #expect(try world.instance.phases.current(.board).reads == .kv)
            #expect(world.instance.phases.hasBacklog(.board))
            #expect(try await world.database.read(CopyOutbox.isWaiting(Thing.name("a"))).first?.bool(0) == true)
            try await world.hurry()
            #expect(try await world.worker.run() == 1)
            #expect(try await world.inKV("a") == "1")
            while try await world.instance.coordinator.look() {}
            #expect(!world.instance.phases.hasBacklog(.board))
        }
    }
}
