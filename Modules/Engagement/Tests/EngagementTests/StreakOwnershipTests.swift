import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Export and erasure of activity", .serialized)
struct StreakOwnershipTests {
    private static let tables = [
        "activity_inbox", "active_days", "streaks", "activity_totals", "achievements", "leaderboard_scores",
    ]

    @Test("Erasing removes all that is counted of a person; everybody else's rank moves up")
    func erase() async throws {
        try await withActivity { service, events in
            try await events.raise(
                (6...8).flatMap { [message("ada", "2026-01-0\($0)"), message("eve", "2026-01-0\($0)")] }
                    + [message("ada", "2026-01-08")]
            )
            try await service.settled()
            #expect(try await service.get("/api/leaderboards/activity", as: "eve").int(at: "me.rank") == 2)
            let last = ActivityFact(handle: "ada", kind: .message, day: try day("2026-01-08"))
            _ = try await service.database.write(ActivityInbox.append([last]))
            try await service.erase("ada")
            for table in Self.tables {
                let rows: PostgresQuery = "SELECT count(*) FROM \(unescaped: table) t WHERE t::text ~ 'ada|deleted'"
                #expect(try await service.value(rows) == 0, "\(table)")
            }
            #expect(try await service.wrongCounts().isEmpty)
            let board = try await service.get("/api/leaderboards/activity", as: "eve")
            #expect(board.int(at: "me.rank") == 1 && board.int(at: "total") == 1, "\(board)")
        }
    }

    @Test("Somebody can be erased while everybody is counted, without either waiting for the other in a circle")
    func eraseWhileCounting() async throws {
        try await withActivity { service, events in
            for round in 1...15 {
                let name = "p\(round)"
                _ = try await service.database.write(
                    "INSERT INTO handles (handle, shown) VALUES (\(name), \(name))"
                )
                let fact = ActivityFact(handle: name, kind: .message, day: try day("2026-01-08"))
                let ada = ActivityFact(handle: "ada", kind: .message, day: try day("2026-01-08"))
                _ = try await service.database.write(ActivityInbox.append([fact, ada]))
                try await service.database.transaction { transaction in
                    // As Identity does: the row first, then what hangs on it, then the name.
                    try await transaction.query("SELECT FROM handles WHERE handle = \(name) FOR UPDATE")
                    try await transaction.query(ActivityInbox.append([ada]))
                    try await ActivityHistory.erase(name, in: transaction)
                    try await transaction.query(
                        "UPDATE handles SET handle = 'deleted_' || handle WHERE handle = \(name)"
                    )
                }
            }
            try await service.settled()
            #expect(try await service.value("SELECT messages FROM activity_totals WHERE handle = 'ada'") == 30)
            #expect(try await service.scores(.growth) == ["ada": 30])
            #expect(try await service.wrongCounts().isEmpty)
        }
    }

    @Test("The export holds the days, the streak, the totals, what was earned and where one stands")
    func export() async throws {
        try await withActivity { service, events in
            try await events.raise([
                message("ada", "2026-01-07"), message("ada", "2026-01-08"), message("eve", "2026-01-08"),
            ])
            try await service.settled()
            let export = JSON.object(try await ActivityHistory(database: service.database).export("ada"))
            let json = try JSONDocument(export.bytes).root
            #expect(json.value(at: "active_days[1].day")?.string == "2026-01-08")
            #expect(json.value(at: "streak.run")?.int64 == 2)
            #expect(json.value(at: "totals.messages")?.int64 == 2)
            #expect(json["achievements"]?.elements.compactMap { $0["id"]?.string }.contains("first_message") == true)
            #expect(json["scores"]?.elements.reduce(0) { count, _ in count + 1 } == 12)
            let nobody = try await ActivityHistory(database: service.database).export("grace_h")
            #expect(try JSONDocument(JSON.object(nobody).bytes).root["streak"]?.isNull == true)
        }
    }
}
