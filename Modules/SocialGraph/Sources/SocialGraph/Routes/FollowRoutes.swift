import Contracts
import HTTPTypes
import JSONText
import Kernel

/// `/api/follow`, `/api/followers` and `/api/following` (clients.md, section 2).
struct FollowRoutes: Sendable {
    let store: any FollowStore
    let names: Names
    let sight: Sight

    func register(in registrar: ModuleRegistrar) {
        let reading = RoutePolicy(.recognised, limit: .reads)
        registrar.post("/api/follow", RoutePolicy(.authenticated, limit: .changes, idempotency: .kept)) {
            try await follow($0)
        }
        registrar.delete("/api/follow", RoutePolicy(.authenticated, limit: .changes)) { try await unfollow($0) }
        registrar.get("/api/followers", reading) { try await followers($0) }
        registrar.get("/api/following", reading) { try await following($0) }
    }

    // MARK: Changing

    private func follow(_ request: APIRequest) async throws -> APIResponse {
        let (pair, person) = try await pair(request)
        switch try await store.follow(pair, at: request.receivedAt, through: request.writer) {
        case .followed(let counts): return answer("Now following @\(person.shown)", person, true, counts)
        // The original's client looks for exactly this text.
        case .alreadyFollowing(let counts): return answer("Already following", person, true, counts)
        case .refused: throw Self.refused
        }
    }

    private func unfollow(_ request: APIRequest) async throws -> APIResponse {
        let (pair, person) = try await pair(request)
        let (wasFollowing, counts) = try await store.unfollow(pair, through: request.writer)
        let message = wasFollowing ? "No longer following @\(person.shown)" : "Not following"
        return answer(message, person, false, counts)
    }

    /// The caller and whom they mean, named in the body or, where a client sends none, in the query.
    private func pair(_ request: APIRequest) async throws -> (OrderedPair, Person) {
        let caller = try request.caller().person
        let fields = try request.json()
        let follower = try fields.optionalString("follower") ?? request.query.optional("follower")
        if let follower, try await names.handle(follower, field: "follower").key != caller.handle {
            throw APIError.forbidden("follower is not the owner of this token.")
        }
        guard let name = try fields.optionalString("following") ?? request.query.optional("following") else {
            throw APIError.missing(field: "following")
        }
        let person = try await names.somebody(name, field: "following")
        guard person.handle != caller.handle else {
            throw APIError.invalid(field: "following", "must be somebody else.")
        }
        return (OrderedPair(from: caller.handle, to: person.handle), person)
    }

    private func answer(_ message: String, _ person: Person, _ isFollowing: Bool, _ counts: TieCounts) -> APIResponse {
        .json(
            .ok,
            [
                "success": true,
                "message": .string(message),
                "handle": .string(person.shown),
                "following": .bool(isFollowing),
                "counts": .object(counts.members),
            ]
        )
    }

    private static let refused = APIError(
        .forbidden,
        code: "consent_blocked",
        error: "consent_blocked",
        "This person cannot be followed."
    )

    // MARK: Reading

    private func followers(_ request: APIRequest) async throws -> APIResponse {
        let person = try await subject(request)
        let page = try await store.followers(
            of: person.handle,
            before: ListPosition(request),
            limit: PageLimit.of(request)
        )
        return try await list(page, as: "followers", of: person, request)
    }

    private func following(_ request: APIRequest) async throws -> APIResponse {
        let person = try await subject(request)
        let page = try await store.following(
            of: person.handle,
            before: ListPosition(request),
            limit: PageLimit.of(request)
        )
        return try await list(page, as: "following", of: person, request)
    }

    /// Whose list is wanted: the caller's own unless a name says otherwise. Hidden people look as if they did not exist.
    private func subject(_ request: APIRequest) async throws -> Person {
        guard let name = try request.query.optional("user", "handle", "username") else {
            guard let principal = request.principal else { throw APIError.missing(field: "user") }
            return principal.person
        }
        return try await names.somebody(name, field: "user", for: request.principal?.handle, sight)
    }

    private func list(_ page: Page<DatedName>, as member: String, of person: Person, _ request: APIRequest) async throws
        -> APIResponse
    {
        let counts = try await store.counts(of: person.handle)
        let visible = try await page.visible(to: request.principal?.handle, sight)
        return try await .names(
            visible,
            as: member,
            names,
            with: [("user", .string(person.shown)), ("counts", .object(counts.members))]
        )
    }
}

extension Names {
    /// Somebody whom the viewer may see.
    ///
    /// - Throws: 400 `invalid_handle`; 404 for a name that nobody has, or nobody whom the viewer sees.
    func somebody(_ name: String, field: String, for viewer: String?, _ sight: Sight) async throws -> Person {
        let person = try await somebody(name, field: field)
        guard try await sight.hidden(among: [person.handle], from: viewer).isEmpty else {
            throw APIError.notFound("There is nobody called @\(person.shown).")
        }
        return person
    }
}

extension Page<DatedName> {
    /// Without those whom the viewer does not see. Where the next page begins stays the same.
    func visible(to viewer: String?, _ sight: Sight) async throws -> Page {
        let hidden = try await sight.hidden(among: items.map(\.handle), from: viewer)
        return Page(items: items.filter { !hidden.contains($0.handle) }, next: next)
    }
}
