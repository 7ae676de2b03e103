import Kernel
import KernelTesting
import Logging
import Postgres
import Testing

@testable import Cutover

@Suite struct GateEvidenceTests {
    private let operate = PhaseChanges.Request(by: "ada")

    /// Takes a step to its end, without instances.
    private func take(_ direction: PhaseChanges.Direction, _ set: DataSetName, _ instance: TestInstance) async throws {
        try await instance.changes.begin(direction, set, operate)
        _ = try await instance.changes.finish(set)
    }

    @Test("to read from Postgres needs a backfill and a verification of all that changes together")
    func gate() async throws {
        try await withPhases { database, store in
            let instance = TestInstance(database)
            let evidence = EvidenceStore(database: database)
            try await take(.advance, .messages, instance)
            func isOpen() async throws -> Bool {
                let record = try await store.record(of: .messages)
                let missing = try await evidence.evidence(for: record).missing(for: .postgresReads, from: .dualWrite)
                return missing.isEmpty
            }
            for set in [DataSetName.messages, .consent] {
                #expect(try await !isOpen())
                let epoch = try await evidence.epoch(of: set)
                try await evidence.recordBackfill(of: set, begunIn: epoch)
                #expect(try await !isOpen())
                try await evidence.recordVerification(of: set, begunIn: epoch, compared: 10, unexplained: 1)
                #expect(try await !isOpen())
                try await evidence.recordVerification(of: set, begunIn: epoch, compared: 10, unexplained: 0)
            }
            #expect(try await isOpen())
            try await evidence.recordShadowReads(of: .consent, compared: 5, unexplained: 1)
            #expect(try await !isOpen())
            let epoch = try await evidence.epoch(of: .consent)
            try await evidence.recordVerification(of: .consent, begunIn: epoch, compared: 10, unexplained: 0)
            #expect(try await isOpen())
            try await database.write("CREATE TABLE one (id text PRIMARY KEY)")
            try await database.write("CREATE TABLE two (id text)")
            try await database.write("ALTER TABLE two ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES one (id) NOT VALID")
            #expect(try await !isOpen())
            try await database.write("ALTER TABLE two VALIDATE CONSTRAINT f")
            #expect(try await isOpen())
            try await take(.advance, .messages, instance)
            #expect(try await store.record(of: .messages).state.phase == .postgresReads)
        }
    }

    @Test("after a way back to kv, what was seen before no longer counts")
    func again() async throws {
        try await withPhases { database, store in
            let instance = TestInstance(database)
            let evidence = EvidenceStore(database: database)
            try await take(.advance, .board, instance)
            let epoch = try await evidence.epoch(of: .board)
            try await evidence.recordBackfill(of: .board, begunIn: epoch)
            try await evidence.recordVerification(of: .board, begunIn: epoch, compared: 1, unexplained: 0)
            try await take(.retreat, .board, instance)
            try await take(.advance, .board, instance)
            await #expect(throws: PhaseRefusal.gateClosed([.backfilled, .verified])) {
                try await instance.changes.begin(.advance, .board, operate)
            }
        }
    }

    @Test("no gate is passed without evidence, unless forced by name and for a reason")
    func force() async throws {
        try await withPhases { database, store in
            let instance = TestInstance(database)
            try await take(.advance, .streaks, instance)
            await #expect(throws: PhaseRefusal.gateClosed([.backfilled, .verified])) {
                try await instance.changes.begin(.advance, .streaks, operate)
            }
            await #expect(throws: PhaseRefusal.forceNeedsNameAndReason) {
                try await instance.changes.begin(.advance, .streaks, .init(by: "ada", isForced: true))
            }
            #expect(try await store.record(of: .streaks).state.phase == .dualWrite)
            try await instance.changes.begin(.advance, .streaks, .init(by: "ada", reason: "urgent", isForced: true))
            #expect(try await instance.changes.finish(.streaks).state.phase == .postgresReads)
            let forced = try await store.actions(of: .streaks, limit: 10).first { $0.2.isForced }
            #expect(forced?.2.reason == "urgent")
        }
    }

    @Test("without a KV there is no way back")
    func noKV() async throws {
        try await withTestDatabase(modules: [CutoverModule()]) { database in
            let signals = Signals(database: database.client, logger: .init(label: "test"))
            try await PhaseStore(database: database.client).addMissing(hasKV: false)
            let changes = PhaseChanges(database: database.client, signals: signals, hasKV: false)
            await #expect(throws: PhaseRefusal.noKV) { try await changes.begin(.retreat, .board, operate) }
            await #expect(throws: PhaseRefusal.endOfTheWay(.postgresOnly)) {
                try await changes.begin(.advance, .board, operate)
            }
        }
    }
}
