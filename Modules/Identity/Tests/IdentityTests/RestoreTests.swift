import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

@testable import Identity

@Suite("A database restored from a dump")
struct RestoreTests {
    @Test("Numbers of transactions that are yet to come count as old")
    func foreignWriters() async throws {
        try await withSharedDatabase { database in
            _ = try await database.client.write([
                "INSERT INTO handles (handle, shown) VALUES ('ada', 'ada'), ('grace', 'grace')",
                """
                INSERT INTO presence (username, last_seen, writer)
                VALUES ('ada', now(), 1000000000000), ('grace', now(), 5)
                """,
                "INSERT INTO identity_changes (kind, subject, writer) VALUES ('person', 'ada', 1000000000000)",
            ])
            try await withIdentity(database: database) { service in
                let rows = try await service.database.read(
                    "SELECT writer FROM presence UNION ALL SELECT max(writer) FROM identity_changes ORDER BY writer"
                )
                #expect(rows.map { $0.int64(0) } == [0, 0, 5])
            }
        }
    }

    @Test("A horizon lower than the last one means that everything may have changed")
    func lowerHorizon() async throws {
        let store = Horizons([100, 120, 7, 9])
        let feed = ChangeFeed(store: store)
        var lost: [Int] = []
        for poll in 0..<4 { try await feed.poll({ _ in }, lost: { lost.append(poll) }) }
        #expect(lost == [2])
    }
}

/// Answers each reading with the next of some horizons.
private final class Horizons: ChangeStore {
    private let left: Mutex<[Int64]>

    init(_ horizons: [Int64]) {
        left = Mutex(horizons)
    }

    func changes(since horizon: Int64?) async throws -> ChangePage {
        ChangePage(horizon: left.withLock { $0.removeFirst() }, changes: [])
    }

    func forgetForeignWriters() async throws {}

    func removeChanges(before: PostgresTimestamp) async throws {}
}
