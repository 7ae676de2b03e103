import Contracts
import Kernel
import Postgres

/// Finds whom a person might want to meet.
struct Suggester: Sendable {
    let store: any SuggestionStore
    let directory: any PeopleDirectory
    let clock: WallClock

    /// Dismissals that count against topics: those of the last 90 days.
    private static let memory: Int64 = 90 * 86_400_000_000
    /// Days within which nobody is introduced twice.
    private static let introductionGap = 60

    /// The best matches among those of the kinds.
    func suggestions(for handle: String, kinds: [Person.Kind], limit: Int) async throws -> [Match] {
        try await ranked(for: handle, kinds: kinds, besides: []).prefix(limit).map { $0 }
    }

    /// The one whom the person should meet today, by their own calendar: chosen once, and nobody else before tomorrow.
    ///
    /// - Parameter writer: `nil` for a look that must change nothing; then nobody is chosen.
    /// - Returns: `nil` when nobody fits, or when whoever was chosen has since been met, blocked or dismissed.
    func introduction(for person: Person, through writer: (any RequestWriter)?) async throws -> Introduction? {
        let day = directory.day(of: person, at: clock.now)
        if let today = try await store.introduction(of: person.handle, on: day) {
            return try await store.suggestible([today.person], to: person.handle).isEmpty ? nil : today
        }
        guard let writer else { return nil }
        let recent = try await store.introduced(to: person.handle, on: day, withinDays: Self.introductionGap)
        guard let best = try await ranked(for: person.handle, kinds: [.human], besides: recent).first else {
            return nil
        }
        let introduction = Introduction(
            person: best.candidate.facets.handle,
            score: best.score,
            reasons: best.reasons.map { Introduction.Reason(kind: $0.kind.rawValue, text: $0.text) }
        )
        // Two requests may have chosen at once: what is stored counts.
        return try await store.introduce(introduction, to: person.handle, on: day, through: writer)
    }

    /// Never suggest this person again, and think less of what led to them.
    func dismiss(_ dismissed: String, by handle: String, through writer: any RequestWriter) async throws {
        let shared = try await sharedTopics(of: handle, and: dismissed)
        try await store.dismiss(dismissed, by: handle, topics: shared, at: clock.now, through: writer)
    }

    private func ranked(for handle: String, kinds: [Person.Kind], besides: Set<String>) async throws -> [Match] {
        let now = clock.now
        async let known = store.facets(of: [handle])
        async let dismissed = store.dismissedTopics(
            of: handle,
            since: PostgresTimestamp(microseconds: now.microseconds - Self.memory)
        )
        let viewer =
            try await known[handle] ?? Facets(handle: handle, registeredAt: now, lastActiveAt: now)
        let candidates = try await store.candidates(for: viewer, kinds: kinds).filter {
            !besides.contains($0.facets.handle)
        }
        let matcher = Matcher(viewer: viewer, dismissedTopics: try await dismissed, now: now)
        return matcher.best(of: candidates, limit: candidates.count)
    }

    private func sharedTopics(of one: String, and other: String) async throws -> [String] {
        let facets = try await store.facets(of: [one, other])
        let theirs = Set(facets[other]?.topics ?? [])
        return (facets[one]?.topics ?? []).filter(theirs.contains)
    }
}

/// The one whom somebody should meet on a day.
struct Introduction: Sendable, Hashable {
    struct Reason: Sendable, Hashable {
        let kind: String
        let text: String
    }

    /// The folded handle.
    let person: String
    let score: Int
    let reasons: [Reason]
}
