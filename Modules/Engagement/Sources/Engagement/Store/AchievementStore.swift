import Kernel
import Postgres

/// What people have earned. Only Postgres keeps it.
struct AchievementStore: Sendable {
    let database: PostgresClient

    /// What somebody holds: first what they show, in their order, then the latest.
    func held(by handle: String) async throws -> [HeldAchievement] {
        try await database.read(AchievementQueries.held(by: [handle])).map { AchievementQueries.held($0) }
    }

    func totals(of handles: [String]) async throws -> [String: ActivityTotals] {
        guard !handles.isEmpty else { return [:] }
        let rows = try await database.read(AchievementQueries.totals(of: handles))
        return Dictionary(rows.map { AchievementQueries.total($0) }.map { ($0.handle, $0.totals) }) { $1 }
    }

    /// Shows these, in this order, and no others.
    func show(_ ids: [String], of handle: String, through writer: any RequestWriter) async throws {
        _ = try await writer.write([AchievementQueries.show(ids, of: handle)])
    }
}
