import Contracts
import Kernel
import Postgres

/// Somebody says by themselves that they are active today.
struct CheckIn: Sendable {
    let before: StreakView
    let view: StreakView
    /// Whether today was active already.
    let isRepeated: Bool

    /// The length that was reached with this check-in, if it is one that is celebrated.
    var milestone: Int? { isRepeated ? nil : StreakLevel.milestone(view.current) }

    /// Appends the day to what is counted, and says what it will have been counted as.
    ///
    /// - Throws: 403 for agents, who have no streak.
    static func perform(_ request: APIRequest, _ readers: StreakReaders) async throws -> CheckIn {
        let person = try request.caller().person
        guard person.kind == .human else {
            throw APIError.forbidden("Streaks are for people; agents have none.", code: "people_only")
        }
        let before = try await readers.view(of: person.handle)
        if try await readers.days.isActive(person.handle, on: before.today) {
            return CheckIn(before: before, view: before, isRepeated: true)
        }
        let fact = ActivityFact(handle: person.handle, kind: .checkIn, day: before.today)
        _ = try await request.write([ActivityInbox.append([fact])])
        return CheckIn(before: before, view: before.adding(before.today), isRepeated: false)
    }
}
