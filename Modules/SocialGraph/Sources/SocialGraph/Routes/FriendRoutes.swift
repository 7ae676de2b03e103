import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/friends` (original-api.md, 1.9). There anybody could befriend anybody; here both sides say so, or one gives a
/// code and the other claims it.
struct FriendRoutes: Sendable {
    let store: any FriendStore & FriendRequestStore
    let names: Names
    let sight: Sight
    let limiter: ExactLimiter
    /// What people are building, where Identity tells.
    let profiles: @Sendable () -> (any PublicProfiles)?

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/friends", RoutePolicy(.recognised, limit: .reads)) { try await list($0) }
        registrar.get("/api/friends/requests", RoutePolicy(.authenticated, limit: .reads)) { try await requests($0) }
        registrar.post("/api/friends", RoutePolicy(.authenticated, limit: .changes, idempotency: .kept)) {
            try await post($0)
        }
        registrar.delete("/api/friends", RoutePolicy(.authenticated, limit: .changes)) { try await unfriend($0) }
    }

    // MARK: Reading

    private func list(_ request: APIRequest) async throws -> APIResponse {
        let viewer = request.principal?.handle
        let person: Person
        if let name = try request.query.optional("user", "handle", "username") {
            person = try await names.somebody(name, field: "user", for: viewer, sight)
        } else {
            guard let principal = request.principal else { throw APIError.missing(field: "user") }
            person = principal.person
        }
        let found = try await store.friends(
            of: person.handle,
            before: ListPosition(request),
            limit: PageLimit.of(request)
        )
        let page = try await found.visible(to: viewer, sight)
        var answer: [(String, JSON)] = [
            ("success", true), ("user", .string(person.shown)), ("friends", .array(try await entries(page.items))),
            ("count", .int(page.items.count)), ("storage", "postgres"),
        ]
        if let next = page.next { answer.append(("next", .string(next.text))) }
        return .json(.ok, .object(answer))
    }

    private func entries(_ friends: [DatedName]) async throws -> [JSON] {
        let keys = friends.map(\.handle)
        let people = try await names.shown(keys)
        let profiles = try await profiles()?.profiles(of: keys) ?? [:]
        return friends.map { friend in
            [
                "username": .string(people[friend.handle]?.shown ?? friend.handle),
                "building": profiles[friend.handle]?.building.map { .string($0) } ?? .null,
                "since": .timestamp(friend.since.microseconds),
            ]
        }
    }

    private func requests(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller().handle
        let page = try await store.requests(to: caller, before: ListPosition(request), limit: PageLimit.of(request))
        return try await .names(page.visible(to: caller, sight), as: "requests", names)
    }

    // MARK: Changing

    private func post(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller().person
        let fields = try request.json()
        try await checkSender(fields.optionalString("from"), caller)
        let to = try fields.optionalString("to")
        let offered = try fields.optionalString("inviteCode")
        let claimed = try fields.optionalString("claimInvite")
        if let offered { return try await offer(offered, caller, request) }
        if let claimed { return try await claim(claimed, caller, request) }
        guard let to else {
            throw APIError(
                .badRequest,
                code: "missing_field",
                "to, inviteCode or claimInvite is required.",
                field: "to"
            )
        }
        let person = try await names.somebody(to, field: "to", for: caller.handle, sight)
        guard person.handle != caller.handle else { throw APIError.invalid(field: "to", "must be somebody else.") }
        let pair = OrderedPair(from: caller.handle, to: person.handle)
        let action: JSON
        switch try await store.ask(pair, at: request.receivedAt, through: request.writer) {
        case .friends: action = "friend_added"
        case .requested: action = "friend_requested"
        case .refused: throw Self.refused
        }
        return .json(
            .ok,
            [
                "success": true,
                "action": action,
                "connection": [.string(caller.shown), .string(person.shown)],
                "storage": "postgres",
            ]
        )
    }

    /// Makes a code good for a week.
    private func offer(_ code: String, _ caller: Person, _ request: APIRequest) async throws -> APIResponse {
        try FriendCode.check(code, field: "inviteCode")
        let end = request.receivedAt.microseconds + FriendCode.lifetimeDays * 86_400_000_000
        let registration = try await store.register(
            code,
            of: caller.handle,
            at: request.receivedAt,
            until: PostgresTimestamp(microseconds: end),
            through: request.writer
        )
        guard registration == .registered else {
            throw APIError(.conflict, code: "code_taken", "Somebody else has this code.", field: "inviteCode")
        }
        return .json(
            .ok,
            [
                "success": true,
                "action": "invite_registered",
                "from": .string(caller.shown),
                "inviteCode": .string(code),
                "expiresIn": .string("\(FriendCode.lifetimeDays) days"),
                "storage": "postgres",
            ]
        )
    }

    /// Makes friends with the owner of a code. One that is not good is no error, as in the original; tries are counted.
    private func claim(_ code: String, _ caller: Person, _ request: APIRequest) async throws -> APIResponse {
        try FriendCode.check(code, field: "claimInvite")
        let outcome = try await limiter.take(.codeTries, subject: caller.handle)
        guard outcome.isAllowed else { throw outcome.refusal }
        let owner = try await store.owner(of: code, at: request.receivedAt)
        guard let owner, let inviter = try await names.directory.person(owner), inviter.canBeMet else {
            return notFound(code, caller)
        }
        guard owner != caller.handle else { throw APIError.invalid(field: "claimInvite", "is your own code.") }
        let pair = OrderedPair(from: caller.handle, to: owner)
        guard try await store.befriend(pair, at: request.receivedAt, through: request.writer) == .friends else {
            return notFound(code, caller)
        }
        return .json(
            .ok,
            [
                "success": true,
                "action": "invite_claimed",
                "user": .string(caller.shown),
                "invitedBy": .string(inviter.shown),
                "friends": [.string(inviter.shown)],
                "storage": "postgres",
            ]
        )
    }

    private func notFound(_ code: String, _ caller: Person) -> APIResponse {
        .json(
            .ok,
            [
                "success": true,
                "action": "user_registered",
                "user": .string(caller.shown),
                "inviteCode": .string(code),
                "inviterFound": false,
                "storage": "postgres",
            ]
        )
    }

    private func unfriend(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller().person
        let fields = try request.json()
        try await checkSender(fields.optionalString("from"), caller)
        guard let name = try fields.optionalString("to") ?? request.query.optional("to") else {
            throw APIError.missing(field: "to")
        }
        let handle = try await names.handle(name, field: "to")
        let pair = OrderedPair(from: caller.handle, to: handle.key)
        let hasEnded = try await store.unfriend(pair, through: request.writer)
        return .json(
            .ok,
            [
                "success": true,
                "action": .string(hasEnded ? "friend_removed" : "not_friends"),
                "connection": [
                    .string(caller.shown),
                    .string(try await names.directory.person(handle.key)?.shown ?? handle.spelling),
                ],
                "storage": "postgres",
            ]
        )
    }

    private func checkSender(_ from: String?, _ caller: Person) async throws {
        guard let from else { return }
        guard try await names.handle(from, field: "from").key == caller.handle else {
            throw APIError.forbidden("from is not the owner of this token.")
        }
    }

    private static let refused = APIError(
        .forbidden,
        code: "consent_blocked",
        error: "consent_blocked",
        "This person does not want to be in contact."
    )
}
