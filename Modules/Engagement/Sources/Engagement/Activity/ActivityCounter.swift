import Contracts
import Kernel
import Postgres

/// Counts what lies in the inbox into days, streaks, totals, achievements and boards, and ends the runs whose midnight
/// has passed.
///
/// One at a time in the whole deployment, by a lock that goes with the transaction: so a batch may read, work out and
/// write without being disturbed, and nobody else ever waits for a person's or a board's rows. The README says why.
struct ActivityCounter: Sendable {
    let database: PostgresClient
    let directory: any PeopleDirectory
    let services: KernelServices

    /// Facts, and runs that are over, counted by one transaction.
    static let batch = 1_000

    /// Counts until there is nothing left, or somebody else counts.
    func run() async throws {
        while try await database.read(ActivityInbox.hasWork(at: services.clock.now)).first?.bool(0) == true {
            guard let count = try await countBatch(), count >= Self.batch else { return }
        }
    }

    /// - Returns: how much was counted; `nil` when somebody else counts.
    private func countBatch() async throws -> Int? {
        let now = services.clock.now
        let outcome = try await database.transaction { transaction -> (count: Int, events: [PostgresQuery])? in
            guard try await transaction.query(ActivityInbox.tryLock).first?.bool(0) == true else { return nil }
            let claimed = try await transaction.query([
                ActivityInbox.claim(Self.batch), StreakQueries.expired(at: now, limit: Self.batch),
            ])
            let facts = try claimed[0].map { try ActivityInbox.fact($0) }
            let expired = claimed[1].map { $0.string(0) }
            let events = try await count(facts, expired: Set(expired), at: now, in: transaction)
            return (max(facts.count, expired.count), events)
        }
        if let outcome { services.events.committed(outcome.events) }
        return outcome?.count
    }

    /// - Returns: the statements that published events, which were run.
    private func count(
        _ facts: [ActivityFact],
        expired: Set<String>,
        at now: PostgresTimestamp,
        in transaction: PostgresTransaction
    ) async throws -> [PostgresQuery] {
        let handles = Set(facts.map(\.handle)).union(expired)
        guard !handles.isEmpty else { return [] }
        let people = try await directory.people(handles)
        let today = PostgresDate(utc: now)

        // Only people are counted. Who was one and is none any more leaves the board with the next look at their
        // streak.
        let counted = Dictionary(grouping: facts.filter { people[$0.handle]?.kind == .human }, by: \.handle)
        let states = try await PersonStates(of: Set(counted.keys).union(expired), counted, in: transaction)
        let folds = counted.map { PersonFold($0.key, $0.value, before: states[$0.key], today: today) }

        var scores: [ScoreKey: ScoreChange] = [:]
        for fold in folds { scores.merge(fold.scores) { $1 } }
        let rechecked = Set(facts.filter { $0.kind == .recheck }.map(\.handle)).intersection(states.withStreak)
        let grown = Set(folds.filter { !$0.newDays.isEmpty }.map(\.handle))
        let after = Dictionary(uniqueKeysWithValues: folds.map { ($0.handle, $0.state.streak) })
        var streaks: [(handle: String, streak: Streak, expiry: PostgresTimestamp?)] = []
        for handle in grown.union(rechecked).union(expired) {
            let streak = after[handle] ?? states[handle].streak
            let (current, expiry) = standing(of: streak, people[handle], at: now)
            streaks.append((handle, streak, expiry))
            scores[ScoreKey(handle: handle, board: .streaks, period: .all)] = .set(Int64(current))
        }

        let awarded = try await store(folds, streaks, at: now, in: transaction)
        for award in awarded {
            let periods = Period.counting(today, today: today)
            scores.add(Int64(award.achievement.points), to: .achievements, of: award.handle, in: periods)
        }
        try await Scoreboard.apply(scores, in: transaction)

        let events =
            folds.flatMap { fold in fold.extended.flatMap { services.events.statements(for: $0) } }
            + awarded.flatMap { award in
                services.events.statements(
                    for: AchievementEarned(handle: award.handle, achievement: award.achievement.id)
                )
            }
        try await transaction.query(events)
        return events
    }

    /// How long a run is where its owner is now, and when it will be over.
    private func standing(
        of streak: Streak,
        _ person: Person?,
        at now: PostgresTimestamp
    ) -> (current: Int, expiry: PostgresTimestamp?) {
        guard let person, person.kind == .human, let deadline = streak.deadline,
            let today = PostgresDate(text: directory.day(of: person, at: now)), streak.current(on: today) > 0
        else { return (0, nil) }
        let end = StreakExpiry.end(of: deadline, for: person, directory)
        // Where the clock goes back over midnight, the end may have been and come again.
        let soon = PostgresTimestamp(microseconds: now.microseconds + 60_000_000)
        return (streak.current(on: today), max(end, soon))
    }

    /// Stores all but the boards.
    ///
    /// - Returns: the achievements that nobody had awarded before.
    private func store(
        _ folds: [PersonFold],
        _ streaks: [(handle: String, streak: Streak, expiry: PostgresTimestamp?)],
        at now: PostgresTimestamp,
        in transaction: PostgresTransaction
    ) async throws -> [(handle: String, achievement: Achievement)] {
        let days = folds.flatMap { fold in
            fold.changedDays.map { (handle: fold.handle, day: $0.key, tally: $0.value) }
        }
        let totals = folds.filter(\.hasNewTotals).map { (handle: $0.handle, totals: $0.state.totals) }
        let people = Dictionary(folds.flatMap { $0.newDays.map { ($0, 1) } }, uniquingKeysWith: +)
        let invites = Dictionary(folds.flatMap { $0.inviteDays.map { ($0, 1) } }, uniquingKeysWith: +)
        let earned = folds.flatMap { fold in fold.earned.map { (handle: fold.handle, achievement: $0.id) } }

        var statements = [AchievementQueries.award(earned, at: now)]
        if !days.isEmpty { statements.append(StreakQueries.store(days)) }
        if !streaks.isEmpty { statements.append(StreakQueries.store(streaks)) }
        if !totals.isEmpty { statements.append(AchievementQueries.store(totals)) }
        if !people.isEmpty || !invites.isEmpty {
            statements.append(StreakQueries.count(people: people, invites: invites))
        }
        return try await transaction.query(statements)[0].compactMap { row in
            AchievementCatalogue[row.string(1)].map { (row.string(0), $0) }
        }
    }
}
