import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/suggestions`, and `/api/suggest-connections` with the shapes of the original: whom one might want to meet.
struct SuggestionRoutes: Sendable {
    let suggester: Suggester
    let store: any SuggestionStore
    let people: any PublicProfiles
    let profiles: any ProfileStore
    let names: Names
    let clock: WallClock

    private static let limits = 1...50
    private static let standard = 10

    func register(in registrar: ModuleRegistrar) {
        let reading = RoutePolicy(.authenticated, limit: .reads)
        registrar.get("/api/suggestions", reading) { try await suggestions($0) }
        registrar.get("/api/suggest-connections", reading) { try await connections($0) }
        registrar.post(
            "/api/suggestions/dismiss",
            RoutePolicy(.authenticated, limit: .changes, idempotency: .kept)
        ) { try await dismiss($0) }
    }

    private func suggestions(_ request: APIRequest) async throws -> APIResponse {
        let person = try request.caller().person
        let matches = try await suggester.suggestions(
            for: person.handle,
            kinds: Self.kinds(request),
            limit: request.query.int("limit", default: Self.standard, in: Self.limits)
        )
        let introduction = try await suggester.introduction(for: person, through: request.isHead ? nil : request.writer)
        let entries = matches.map { Entry(facets: $0.candidate.facets, score: $0.score, reasons: $0.reasons.json) }
        let meeting = try await entry(introduction)
        let cards = try await cards(entries + [meeting].compactMap { $0 })
        let suggestions = entries.compactMap { $0.json(cards) }
        return .json(
            .ok,
            [
                "success": true,
                "suggestions": .array(suggestions),
                "count": .int(suggestions.count),
                "meet": meeting?.json(cards) ?? .null,
            ]
        )
    }

    /// A suggestion before it is shown.
    private struct Entry {
        let facets: Facets
        let score: Int
        let reasons: JSON

        /// `nil` for whom Identity does not know any more.
        func json(_ cards: [String: PersonCard]) -> JSON? {
            cards[facets.handle].map { .object($0.members + [("score", .int(score)), ("reasons", reasons)]) }
        }
    }

    private func entry(_ introduction: Introduction?) async throws -> Entry? {
        guard let introduction, let facets = try await store.facets(of: [introduction.person])[introduction.person]
        else { return nil }
        let reasons = introduction.reasons.map { reason -> JSON in
            ["kind": .string(reason.kind), "text": .string(reason.text)]
        }
        return Entry(facets: facets, score: introduction.score, reasons: .array(reasons))
    }

    private func cards(_ entries: [Entry]) async throws -> [String: PersonCard] {
        let handles = entries.map(\.facets.handle)
        guard !handles.isEmpty else { return [:] }
        async let known = people.profiles(of: handles)
        let own = try await profiles.profiles(of: handles)
        let shown = try await known
        return entries.reduce(into: [:]) { cards, entry in
            guard let profile = shown[entry.facets.handle] else { return }
            cards[entry.facets.handle] = PersonCard(
                profile: profile,
                tier: Tier(profile),
                interests: entry.facets.interests,
                lastActiveAt: entry.facets.lastActiveAt,
                bio: own[entry.facets.handle]?.bio,
                avatar: own[entry.facets.handle]?.avatar
            )
        }
    }

    private static func kinds(_ request: APIRequest) throws(APIError) -> [Person.Kind] {
        switch try request.query.optional("type") {
        case nil, "people": [.human]
        case "agents": [.agent]
        case "all": [.human, .agent]
        default: throw .invalid(field: "type", "must be people, agents or all.")
        }
    }

    private func dismiss(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller()
        let person = try await names.somebody(request.json().string("handle"), field: "handle")
        guard person.handle != caller.handle else { throw APIError.invalid(field: "handle", "must not be your own.") }
        try await suggester.dismiss(person.handle, by: caller.handle, through: request.writer)
        return .json(.ok, ["success": true, "handle": .string(person.shown), "dismissed": true])
    }
}

// MARK: The original's shapes

extension SuggestionRoutes {
    /// From this confidence on, the original calls a suggestion a good one.
    private static let highConfidence = 70

    private func connections(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller().person
        let matches = try await suggester.suggestions(
            for: caller.handle,
            kinds: [.human],
            limit: request.query.int("limit", default: Self.standard, in: Self.limits)
        )
        let shown = try await names.shown(matches.map(\.candidate.facets.handle))
        let found = matches.compactMap { match in shown[match.candidate.facets.handle].map { (match, $0) } }
        let items = found.map { Self.item($0, caller, $1, at: clock.now) }
        let buildingMatches = found.count { Self.isAboutBuilding($0.0) }
        let total = found.reduce(0) { $0 + $1.0.score }
        return .json(
            .ok,
            [
                "success": true,
                "suggestions": .array(items),
                "summary": [
                    "total": .int(items.count),
                    "skillMatches": .int(items.count - buildingMatches),
                    "buildingMatches": .int(buildingMatches),
                    "avgConfidence": .int(items.isEmpty ? 0 : total / items.count),
                    "highConfidence": .int(found.count { $0.0.score >= Self.highConfidence }),
                ],
                "timestamp": .timestamp(clock.now.microseconds),
            ]
        )
    }

    private static func isAboutBuilding(_ match: Match) -> Bool {
        match.reasons.first.map { [.sameBuilding, .complementary].contains($0.kind) } ?? false
    }

    private static func item(_ match: Match, _ caller: Person, _ other: Person, at now: PostgresTimestamp) -> JSON {
        let isBuilding = isAboutBuilding(match)
        let type = isBuilding ? "complementary_building" : "skill_match"
        let (mine, theirs) = isBuilding ? ("user1", "user2") : ("requester", "offerer")
        return [
            "id": .string("\(type)_\(caller.handle)_\(other.handle)"),
            "type": .string(type),
            "confidence": .int(match.score),
            mine: .string(caller.shown),
            theirs: .string(other.shown),
            "reason": .string(match.reasons.map(\.text).joined(separator: " ")),
            "suggestedActions": [
                .string("Write to @\(other.shown)"),
                .string("Look at what @\(other.shown) is building"),
                .string("Follow @\(other.shown)"),
            ],
            "timestamp": .timestamp(now.microseconds),
        ]
    }
}
