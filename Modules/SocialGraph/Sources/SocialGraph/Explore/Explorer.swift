import Contracts
import Kernel
import Postgres

/// Finds people by words and filters, whoever was seen last first.
struct Explorer: Sendable {
    let store: any ExploreStore
    let clock: WallClock

    /// A page of people.
    struct Found: Sendable {
        var people: [ListedPerson]
        /// Where the next page begins; `nil` on the last.
        var next: ExplorePosition?
        /// What else a typed word was read as.
        var readAs: [String: [String]] = [:]
    }

    /// With fewer exact finds than this, words that are like the typed ones count too.
    private static let enough = 3
    /// People whose names begin with the text, before all others.
    private static let nameLimit = 5

    /// - Parameters:
    ///   - viewer: who looks, `nil` without a token.
    ///   - hiding: whom the viewer must not see.
    func find(
        _ filter: ExploreFilter,
        viewer: String?,
        hiding: Set<String>,
        after position: ExplorePosition?,
        limit: Int
    ) async throws -> Found {
        let words = filter.words
        // Something was typed, but nothing that a name or a text can hold.
        if filter.text != nil, words.isEmpty { return Found(people: []) }
        var scope = ExploreScope(
            visibilities: ProfileVisibility.listed(to: viewer),
            hiding: Array(hiding),
            activeSince: filter.activity.map {
                PostgresTimestamp(microseconds: clock.now.microseconds - $0.microseconds)
            } ?? .negativeInfinity
        )
        // Those found by name stand at the top of the first page, and nowhere else.
        let named = try await named(filter, in: scope, limit: min(Self.nameLimit, limit))
        scope.hiding += named.map(\.handle)
        let top = position == nil ? named : []
        let start = position?.place ?? .start

        var exact = Found(people: [])
        if position?.isTolerant != true {
            let expression = SearchExpression(words: words.map { [$0] }, lexemes: filter.lexemes)
            exact = try await page(expression, in: scope, top, after: start, isTolerant: false, limit: limit)
            guard position == nil, !words.isEmpty, exact.people.count < min(Self.enough, limit) else { return exact }
        }
        let similar = try await store.words(like: words)
        guard position != nil || !similar.isEmpty else { return exact }
        let alternatives = words.map { [$0] + similar[$0, default: []] }
        let expression = SearchExpression(words: alternatives, lexemes: filter.lexemes)
        var found = try await page(expression, in: scope, top, after: start, isTolerant: true, limit: limit)
        found.readAs = similar
        return found
    }

    private func page(
        _ expression: SearchExpression?,
        in scope: ExploreScope,
        _ top: [ListedPerson],
        after place: ListPosition,
        isTolerant: Bool,
        limit: Int
    ) async throws -> Found {
        let room = limit - top.count
        let found = try await store.people(matching: expression, in: scope, after: place, limit: room + 1)
        let rest = found.prefix(room)
        let next = found.count > room ? rest.last?.position ?? ExplorePosition.behindNames : nil
        return Found(people: top + rest, next: next.map { ExplorePosition(isTolerant: isTolerant, place: $0) })
    }

    /// People whose handle begins with the text, when it could be the beginning of one.
    private func named(_ filter: ExploreFilter, in scope: ExploreScope, limit: Int) async throws -> [ListedPerson] {
        guard var prefix = filter.text?.lowercased().replacing("-", with: "_") else { return [] }
        if prefix.hasPrefix("@") { prefix.removeFirst() }
        guard (2...Handle.lengths.upperBound).contains(prefix.count),
            prefix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        else { return [] }
        return try await store.named(
            prefix,
            matching: SearchExpression(words: [], lexemes: filter.lexemes),
            in: scope,
            limit: limit
        )
    }
}

/// Who may be found at all.
struct ExploreScope: Sendable, Hashable {
    let visibilities: [ProfileVisibility]
    /// Folded handles of those who must not be found.
    var hiding: [String]
    /// Seen at this time or later.
    let activeSince: PostgresTimestamp
}

/// A person as found.
struct ListedPerson: Sendable, Hashable {
    /// The folded handle.
    let handle: String
    let tier: Tier
    let interests: [String]
    /// Registration for those never seen since; for the invisible, when they were last seen before.
    let lastActiveAt: PostgresTimestamp
    let bio: String?
    let avatar: String?

    var position: ListPosition { ListPosition(time: lastActiveAt, name: handle) }
}
