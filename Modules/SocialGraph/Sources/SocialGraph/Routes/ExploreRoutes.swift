import Contracts
import HTTPTypes
import JSONText
import Kernel

/// `GET /api/explore`: people by words and filters.
struct ExploreRoutes: Sendable {
    let explorer: Explorer
    let people: any PublicProfiles
    let unseen: Unseen

    private static let limits = 1...100
    private static let standard = 20

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/explore", RoutePolicy(.recognised, limit: .reads)) { try await explore($0) }
    }

    private func explore(_ request: APIRequest) async throws -> APIResponse {
        let viewer = request.principal?.handle
        let found = try await explorer.find(
            ExploreFilter(request.query),
            viewer: viewer,
            hiding: try await unseen.blockedOrMuted(from: viewer),
            after: request.query.optional("cursor").map(ExplorePosition.init),
            limit: request.query.int("limit", default: Self.standard, in: Self.limits)
        )
        let profiles = try await people.profiles(of: found.people.map(\.handle))
        let cards: [JSON] = found.people.compactMap { person in
            profiles[person.handle].map { .object(Self.card($0, person).members) }
        }
        var answer: [(String, JSON)] = [
            ("success", true), ("people", .array(cards)), ("count", .int(cards.count)),
        ]
        if !found.readAs.isEmpty {
            let readings = found.readAs.sorted { $0.key < $1.key }.map { word, readings -> JSON in
                ["word": .string(word), "as": .array(readings.map { .string($0) })]
            }
            answer.append(("readAs", .array(readings)))
        }
        if let next = found.next { answer.append(("next", .string(next.text))) }
        return .json(.ok, .object(answer))
    }

    private static func card(_ profile: PublicProfile, _ person: ListedPerson) -> PersonCard {
        PersonCard(
            profile: profile,
            tier: person.tier,
            interests: person.interests,
            lastActiveAt: person.lastActiveAt,
            bio: person.bio,
            avatar: person.avatar
        )
    }
}
