import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Cutover

@Suite struct PhaseChangeTests {
    private let operate = PhaseChanges.Request(by: "ada", reason: "a test")

    @Test("a change reaches all instances, in three epochs, and is written down")
    func allAlive() async throws {
        try await withPhases { database, store in
            let instances = [TestInstance(database), TestInstance(database)]
            try await withRunning(instances) {
                let begun = try await instances[0].changes.begin(.advance, .messages, operate)
                #expect(begun.state.behaviour.kvWrites == .atOnce)
                let record = try await instances[0].changes.finish(.messages, within: .seconds(20))
                #expect(record.state.phase == .dualWrite)
                #expect(record.state.change == nil)
                #expect(record.state.epoch == 3)
                #expect(record.bothSince == 2)
                for instance in instances {
                    try await eventually { try instance.phases.current(.messages) == Phase.dualWrite.behaviour }
                    #expect(try instance.phases.current(.consent) == Phase.dualWrite.behaviour)
                    #expect(try instance.phases.current(.board) == Phase.kv.behaviour)
                }
            }
            let actions = try await store.actions(of: .messages, limit: 10)
            #expect(actions.map(\.2.name) == [.settle, .commit, .prepare])
            #expect(actions.last?.2.actor == "ada")
            #expect(actions.last?.2.reason == "a test")
        }
    }

    @Test("a change waits for a dead instance's lease, and goes on when that instance answers 503")
    func deadInstance() async throws {
        try await withPhases { database, store in
            let (alive, dead) = (TestInstance(database), TestInstance(database))
            try await dead.coordinator.register()
            try await withRunning([alive]) {
                #expect(try dead.phases.current(.messages) == Phase.kv.behaviour)
                try await alive.changes.begin(.advance, .messages, operate)
                try await eventually("the second step") {
                    let isUsable = (try? dead.phases.current(.messages)) != nil
                    let epoch = try await store.record(of: .messages).state.epoch
                    // While the dead one might serve, nobody goes beyond the first step.
                    if isUsable { #expect(epoch == 1) }
                    return epoch > 1
                }
                #expect(throws: APIError.self) { try dead.phases.current(.messages) }
                #expect(try await alive.changes.finish(.messages).state.phase == .dualWrite)
            }
        }
    }

    @Test("an instance that loses its lease in the middle of a change answers 503, and comes back in the new phase")
    func lostLease() async throws {
        try await withPhases { database, store in
            let (alive, other) = (TestInstance(database), TestInstance(database))
            try await other.coordinator.register()
            try await withRunning([alive]) {
                let looking = Task { await other.lookRepeatedly() }
                let (release, released) = AsyncStream.makeStream(of: Void.self)
                let (entered, enter) = AsyncStream.makeStream(of: Void.self)
                // A request that began before the change, and does not end.
                let request = Task {
                    try await other.phases.perform(.messages, .write) { permit in
                        enter.yield()
                        for await _ in release { break }
                        try permit.check()
                    }
                }
                for await _ in entered { break }
                try await alive.changes.begin(.advance, .messages, operate)
                // The instance knows of the change, and must not acknowledge it.
                try await eventually { other.phases.isDraining }
                #expect(other.phases.acknowledged[.messages] == 0)
                #expect(try await store.record(of: .messages).state.epoch == 1)
                looking.cancel()
                await looking.value
                let record = try await alive.changes.finish(.messages, within: .seconds(20))
                #expect(record.state.phase == .dualWrite)
                #expect(throws: APIError.self) { try other.phases.current(.messages) }
                released.yield()
                await #expect(throws: APIError.self) { try await request.value }
                while try await other.coordinator.look() {}
                #expect(try other.phases.current(.messages) == Phase.dualWrite.behaviour)
                #expect(other.phases.acknowledged[.messages] == 3)
            }
        }
    }

    @Test("a change waits for requests under way")
    func requestsUnderWay() async throws {
        try await withPhases { database, store in
            let instance = TestInstance(database)
            try await withRunning([instance]) {
                try await instance.phases.perform(.board, .read) { permit in
                    #expect(permit.behaviour == Phase.kv.behaviour)
                    try await instance.changes.begin(.advance, .board, operate)
                    try await eventually { instance.phases.isDraining }
                    // Several looks pass, and the lease is kept.
                    for _ in 0..<3 {
                        #expect(try await instance.changes.finish(.board, within: .milliseconds(100)).state.epoch == 1)
                    }
                    try permit.check()
                }
                #expect(try await instance.changes.finish(.board).state.phase == .dualWrite)
            }
        }
    }

    @Test("whoever began a change may be gone: an instance that starts later ends it", arguments: [0, 1])
    func killedBetweenSteps(stepsTaken: Int) async throws {
        try await withPhases { database, store in
            let gone = TestInstance(database)
            var record = try await gone.changes.begin(.advance, .streaks, operate)
            for _ in 0..<stepsTaken {
                #expect(try await gone.changes.proceed(record))
                record = try await store.record(of: .streaks)
            }
            let later = TestInstance(database)
            try await withRunning([later]) {
                try await eventually { try await store.record(of: .streaks).state.change == nil }
                #expect(try await store.record(of: .streaks).state.phase == .dualWrite)
                try await eventually { try later.phases.current(.streaks) == Phase.dualWrite.behaviour }
            }
        }
    }

    @Test("of many operators at once one succeeds, and the others are told")
    func manyOperators() async throws {
        try await withPhases { database, store in
            let instance = TestInstance(database)
            let outcomes = await withTaskGroup(of: PhaseRefusal?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            try await instance.changes.begin(.advance, .invites, operate)
                            return nil
                        } catch {
                            return error as? PhaseRefusal ?? .noChange
                        }
                    }
                }
                return await group.reduce(into: [PhaseRefusal?]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1)
            #expect(outcomes.count { $0 == .changeUnderWay } == 7)
            let actions = try await store.actions(of: .invites, limit: 10)
            #expect(actions.count == 1)
            #expect(try await store.record(of: .invites).state.epoch == 1)
        }
    }

    @Test("a change that was begun can be given up in its first step, and nobody is left behind")
    func abort() async throws {
        try await withPhases { database, store in
            let instance = TestInstance(database)
            try await withRunning([instance]) {
                try await instance.phases.perform(.board, .read) { _ in
                    try await instance.changes.begin(.advance, .board, operate)
                    try await instance.changes.abort(.board, operate)
                }
                try await eventually { instance.phases.acknowledged[.board] == 2 }
                #expect(try instance.phases.current(.board) == Phase.kv.behaviour)
                #expect(try await store.record(of: .board).bothSince == nil)
            }
        }
    }
}
