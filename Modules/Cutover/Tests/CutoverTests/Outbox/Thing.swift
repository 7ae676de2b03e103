import Kernel
import KernelTesting
import KeyValue
import Logging
import Postgres
import Synchronization

@testable import Cutover

/// The simplest entity that both stores hold: a row of `things`, a string `thing:<key>`.
final class Thing: PhasedEntity {
    let dataSet = DataSetName.board
    let kind = "thing"
    /// Runs between reading the state and writing it.
    let between = Mutex<(@Sendable () async throws -> Void)?>(nil)

    static func name(_ key: String) -> EntityName { EntityName(.board, kind: "thing", key: key) }

    func commands(bringing key: String, in postgres: any PostgresExecutor) async throws -> [KeyValueCommand] {
        let value = try await postgres.query("SELECT value FROM things WHERE key = \(key)").first?
            .decode(String.self, 0)
        try await between.withLock { $0 }?()
        return [value.map { KeyValueCommand("SET", "thing:\(key)", $0) } ?? KeyValueCommand("DEL", "thing:\(key)")]
    }

    func isClaimed(_ key: String, in postgres: any PostgresExecutor) async throws -> Bool {
        try await postgres.query("SELECT FROM things WHERE key = \(key)").isEmpty == false
    }

    func commands(undoing key: String) async throws -> [KeyValueCommand] { [KeyValueCommand("DEL", "thing:\(key)")] }
}

/// Both stores with things, and all that keeps them together.
struct ThingWorld: Sendable {
    let database: PostgresClient
    let kv: KeyValueClient
    let redis: TestRedis
    let thing = Thing()
    let instance: TestInstance
    let worker: CopyWorker
    let repairs: RepairQueue
    let repairStore: RepairStore
    let writes: PendingWrites

    static func with<R>(_ body: (ThingWorld) async throws -> R) async throws -> R {
        try await withPhases { database, _ in
            try await database.write("CREATE TABLE things (key text PRIMARY KEY, value text NOT NULL)")
            return try await TestRedis.with { redis, kv in try await body(ThingWorld(database, kv, redis)) }
        }
    }

    private init(_ database: PostgresClient, _ kv: KeyValueClient, _ redis: TestRedis) {
        self.database = database
        self.kv = kv
        self.redis = redis
        instance = TestInstance(database)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let catalogue = EntityCatalogue([thing])
        let copies = CopyStore(database: database)
        repairStore = RepairStore(database: database)
        worker = CopyWorker(
            phases: instance.phases,
            catalogue: catalogue,
            store: copies,
            kv: kv,
            batch: 10,
            logger: logger
        )
        repairs = RepairQueue(
            catalogue: catalogue,
            store: repairStore,
            copies: copies,
            kv: kv,
            clock: .system,
            logger: logger
        )
        writes = PendingWrites(kv: kv, repairs: repairStore, timeout: .seconds(2), clock: .system, logger: logger)
    }

    /// Takes the board to a phase, evidence or not.
    func go(to phase: Phase) async throws {
        let store = PhaseStore(database: database)
        while true {
            let now = try await store.record(of: .board).state.phase
            guard now != phase else { break }
            let direction: PhaseChanges.Direction = now < phase ? .advance : .retreat
            try await instance.changes.begin(direction, .board, .init(by: "test", reason: "a test", isForced: true))
            _ = try await instance.changes.finish(.board)
        }
        while try await instance.coordinator.look() {}
    }

    /// Writes to Postgres as a store does while Postgres is read.
    func put(_ key: String, _ value: String?) async throws {
        let change: PostgresQuery =
            if let value {
                """
                INSERT INTO things (key, value) VALUES (\(key), \(value))
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """
            } else {
                "DELETE FROM things WHERE key = \(key)"
            }
        _ = try await database.write([change, CopyOutbox.note(Thing.name(key))])
    }

    func inKV(_ key: String) async throws -> String? {
        try await kv.send(KeyValueCommand("GET", "thing:\(key)")).text
    }

    func waiting() async throws -> Int64 {
        try await database.read("SELECT count(*) FROM cutover_copies").first?.int64(0) ?? -1
    }

    /// Makes copies due that were put off.
    func hurry() async throws {
        try await database.write("UPDATE cutover_copies SET due_at = '-infinity'")
    }
}
