import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/consent`: who may write to whom (original-api.md, 1.8).
///
/// Whoever acts is the token's owner. Clients name the two in either order when they accept or block (clients.md, 5.5).
struct ConsentRoutes: Sendable {
    let store: any ConsentStore
    let memory: ConnectionMemory
    let names: Names

    /// UTF-16 units that a request may say.
    static let messageLimit = 1_000

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/consent", RoutePolicy(.authenticated, limit: .reads)) { try await get($0) }
        registrar.post("/api/consent", RoutePolicy(.authenticated, limit: .changes, idempotency: .kept)) {
            try await post($0)
        }
    }

    // MARK: Reading

    /// Between two people, or what waits for the caller. `user` is not looked at: only the caller's own may be read.
    private func get(_ request: APIRequest) async throws -> APIResponse {
        let from = try request.query.optional("from")
        let to = try request.query.optional("to")
        if from != nil || to != nil { return try await status(from, to, request) }
        let caller = try request.caller().handle
        let position = try ListPosition(request)
        let limit = try PageLimit.of(request)
        switch try request.query.optional("status") ?? "pending" {
        case "pending":
            return try await pending(try await store.requests(to: caller, before: position, limit: limit))
        case "blocked":
            let page = try await store.blocked(by: caller, before: position, limit: limit)
            return try await .names(page, as: "blocked", names)
        default:
            throw APIError.invalid(field: "status", "must be pending or blocked.")
        }
    }

    private func status(_ from: String?, _ to: String?, _ request: APIRequest) async throws -> APIResponse {
        guard let from else { throw APIError.missing(field: "from") }
        guard let to else { throw APIError.missing(field: "to") }
        let pair = OrderedPair(
            from: try await names.handle(from, field: "from").key,
            to: try await names.handle(to, field: "to").key
        )
        guard [pair.from, pair.to].contains(try request.caller().handle) else {
            throw APIError.forbidden("You may only read your own consent.")
        }
        let consent = try await store.pair(pair).effective
        let people = try await names.shown([pair.from, pair.to])
        return .json(
            .ok,
            [
                "success": true,
                "from": .string(people[pair.from]?.shown ?? from),
                "to": .string(people[pair.to]?.shown ?? to),
                "status": .string(consent.status.rawValue),
                "requestedAt": .time(consent.requestedAt),
                "respondedAt": .time(consent.respondedAt),
            ]
        )
    }

    private func pending(_ page: Page<ConsentRequest>) async throws -> APIResponse {
        let people = try await names.shown(page.items.map(\.from))
        let pending = page.items.map { item -> JSON in
            [
                "from": .string(people[item.from]?.shown ?? item.from),
                "status": "pending",
                "message": item.message.map { .string($0) } ?? .null,
                "requestedAt": .timestamp(item.requestedAt.microseconds),
                "created_at": .timestamp(item.requestedAt.microseconds),
            ]
        }
        var answer: [(String, JSON)] = [
            ("success", true), ("pending", .array(pending)), ("count", .int(pending.count)),
        ]
        if let next = page.next { answer.append(("next", .string(next.text))) }
        return .json(.ok, .object(answer))
    }

    // MARK: Acting

    private enum Action: String {
        case request, accept, block, unblock
    }

    private func post(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller().person
        let fields = try request.json()
        guard let action = Action(rawValue: try fields.string("action")) else {
            throw APIError.invalid(field: "action", "must be request, accept, block or unblock.")
        }
        let message = try fields.optionalString("message", limit: Self.messageLimit)
        let other = try await other(fields, action, caller)
        // The other one is the sender of what the caller answers; of a request it is the caller.
        let asked = OrderedPair(from: other.handle, to: caller.handle)
        let asking = asked.reversed
        let time = request.receivedAt
        switch action {
        case .request:
            let pair = try await self.request(asking, to: other, message, request)
            return answer(action, pair.forward.status, from: caller, to: other, other)
        case .accept:
            let before = try await store.pair(asked)
            guard before.backward.status != .blocked else { throw Self.isBlocked }
            guard before.forward.status != .none else {
                throw APIError(.badRequest, code: "no_request", "@\(other.shown) has not asked you.")
            }
            memory.isChanging(asked)
            let pair = try await store.accept(asked, at: time, through: request.writer)
            return answer(action, pair.forward.status, from: other, to: caller, other)
        case .block:
            memory.isChanging(asked)
            let pair = try await store.block(asked, at: time, through: request.writer)
            return answer(action, pair.forward.status, from: other, to: caller, other)
        case .unblock:
            memory.isChanging(asked)
            let pair = try await store.unblock(asked, at: time, through: request.writer)
            return answer(action, pair.forward.status, from: other, to: caller, other)
        }
    }

    /// Asks the other; if they asked first, that is an answer.
    private func request(_ pair: OrderedPair, to other: Person, _ message: String?, _ request: APIRequest) async throws
        -> ConsentPair
    {
        let before = try await store.pair(pair)
        guard !before.isBlocked else { throw Self.isBlocked }
        guard before.forward.status != .accepted else { return before }
        memory.isChanging(pair)
        if before.wasAsked {
            let answered = try await store.accept(pair.reversed, at: request.receivedAt, through: request.writer)
            return ConsentPair(forward: answered.backward, backward: answered.forward)
        }
        return try await store.request(pair, message: message, at: request.receivedAt, through: request.writer)
    }

    /// The one whom the caller acts upon: the one of `from` and `to` that is not the caller.
    ///
    /// - Throws: 400 for a missing name or oneself; 403 when the caller is neither.
    private func other(_ fields: BodyFields, _ action: Action, _ caller: Person) async throws -> Person {
        let from = try fields.optionalString("from")
        let to = try fields.optionalString("to")
        let fromKey = try await key(of: from, field: "from")
        let toKey = try await key(of: to, field: "to")
        let field: String
        switch (fromKey, toKey) {
        case (caller.handle?, caller.handle?):
            throw APIError.invalid(field: "to", "must be somebody else.")
        case (nil, nil):
            throw APIError.missing(field: "to")
        case (caller.handle?, _), (nil, _):
            field = "to"
        case (_, caller.handle?) where action != .request, (_, nil) where action != .request:
            field = "from"
        default:
            throw APIError.forbidden("You may only act for yourself.")
        }
        guard let name = field == "to" ? to : from else { throw APIError.missing(field: field) }
        let other = try await names.anybody(name, field: field, for: caller)
        guard other.handle != caller.handle else { throw APIError.invalid(field: field, "must be somebody else.") }
        return other
    }

    private func key(of name: String?, field: String) async throws -> String? {
        guard let name else { return nil }
        return try await names.handle(name, field: field).key
    }

    private func answer(
        _ action: Action,
        _ status: ConsentStatus,
        from: Person,
        to: Person,
        _ other: Person
    ) -> APIResponse {
        let message =
            switch status {
            case .pending: "@\(other.shown) has been asked."
            case .accepted: "You and @\(other.shown) may write to each other."
            case .blocked: "@\(other.shown) is blocked."
            case .none: "@\(other.shown) is not blocked."
            }
        return .json(
            .ok,
            [
                "success": true,
                "action": .string(action.rawValue),
                "from": .string(from.shown),
                "to": .string(to.shown),
                "status": .string(status.rawValue),
                "message": .string(message),
            ]
        )
    }

    private static let isBlocked = APIError(
        .forbidden,
        code: "consent_blocked",
        error: "consent_blocked",
        "This person does not want to be in contact."
    )
}

extension JSON {
    /// A time, or null.
    static func time(_ time: PostgresTimestamp?) -> JSON {
        time.map { .timestamp($0.microseconds) } ?? .null
    }
}
