import Contracts
import HTTPTypes
import JSONText
import Kernel
import NIOCore
import Postgres

/// `/api/presence`: who is here, and one address for four kinds of writes (original-api.md, 1.1).
struct PresenceRoutes: Sendable {
    let board: PresenceBoard
    let recent: RecentPresenceCache
    let heartbeats: Heartbeats
    let typing: any TypingStore
    let people: PeopleCache
    let register: RegisterRoute
    /// Whom a reader does not see; `nil` without the module that knows.
    let blocks: @Sendable () -> (any BlockList)?
    /// Who does not want to be seen; `nil` without the module that knows.
    let visibility: @Sendable () -> (any Visibility)?
    let clock: WallClock

    func add(to registrar: ModuleRegistrar) {
        let write = RoutePolicy(.lenient, limit: IdentityLimits.presence, idempotency: .secret)
        registrar.post("/api/presence", write, post)
        registrar.get("/api/presence", RoutePolicy(.recognised, limit: .reads), get)
        registrar.delete("/api/presence", RoutePolicy(.authenticated, limit: IdentityLimits.presence), delete)
        registrar.post("/api/v2/presence", RoutePolicy(.authenticated, limit: IdentityLimits.presence), heartbeat)
        registrar.get("/api/v2/presence", RoutePolicy(.recognised, limit: .reads), getV2)
        registrar.get("/api/presence/who", RoutePolicy(.recognised, limit: .reads), who)
        registrar.post(
            "/api/presence/heartbeat",
            RoutePolicy(.authenticated, limit: IdentityLimits.presence),
            agentHeartbeat
        )
    }

    // MARK: Writing

    private func post(_ request: APIRequest) async throws -> APIResponse {
        let fields = try request.json()
        let patch = try HeartbeatBody(fields, seen: request.receivedAt).patch()
        var answer: APIResponse
        switch try fields.optionalString("action", limit: 32) {
        case "register": return try await register.register(request, fields)
        case "check": answer = try await register.check(request, fields)
        default:
            let isTyping = fields["typingTo"].map(\.isNull) == false
            answer = isTyping ? try await type(request, fields) : try await heartbeat(request, fields, patch)
        }
        // Only a register gives out a token.
        answer.hasNoSecret = true
        return answer
    }

    private func heartbeat(_ request: APIRequest) async throws -> APIResponse {
        let fields = try request.json()
        return try await heartbeat(request, fields, HeartbeatBody(fields, seen: request.receivedAt).patch())
    }

    private func heartbeat(
        _ request: APIRequest,
        _ fields: BodyFields,
        _ patch: PresencePatch
    ) async throws -> APIResponse {
        let person = try Self.caller(request, named: fields, in: "username", "handle")
        guard let state = try await heartbeats.beat(person, patch) else { throw APIError.unauthenticated() }
        return .json(reserve: 2_048) { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("presence")
            PresenceRendering.write(state, at: request.receivedAt, to: &json)
            json.key("message")
            json.string("Presence updated")
            json.key("storage")
            json.string("postgres")
            json.endObject()
        }
    }

    /// `POST /api/presence/heartbeat`, which agents use (original-api.md, 1.2).
    private func agentHeartbeat(_ request: APIRequest) async throws -> APIResponse {
        let fields = try request.json()
        let person = try Self.caller(request, named: fields, in: "handle", "username")
        let patch = try HeartbeatBody(fields, seen: request.receivedAt).patch()
        guard let state = try await heartbeats.beat(person, patch, countsFiles: true) else {
            throw APIError.unauthenticated()
        }
        return .json { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("handle")
            json.string(person.shown)
            json.key("timestamp")
            json.epochMilliseconds(microsecondsSinceEpoch: request.receivedAt.microseconds)
            PresenceRendering.writeMood(state, to: &json)
            // Streaks are kept by another module, which hears of the day through an event.
            json.key("streak")
            json.null()
            json.key("_cache")
            json.null()
            json.key("_fallback")
            json.bool(false)
            json.endObject()
        }
    }

    private func type(_ request: APIRequest, _ fields: BodyFields) async throws -> APIResponse {
        let person = try Self.caller(request, named: fields, in: "username", "handle")
        let recipient = try Handle(field: "typingTo", fields.string("typingTo", limit: 64))
        // To a name that nobody has, nobody reads it.
        if try await people.person(recipient.key) != nil {
            let until = PostgresTimestamp(microseconds: request.receivedAt.microseconds + Self.typingLife * 1_000_000)
            try await typing.type(from: person.handle, to: recipient.key, until: until)
        }
        return .json(.ok, ["success": true, "message": "Typing indicator set", "expiresIn": "\(Self.typingLife)s"])
    }

    /// Seconds.
    private static let typingLife: Int64 = 5

    private func delete(_ request: APIRequest) async throws -> APIResponse {
        let principal = try request.caller()
        let named = try request.query.optional("username", "user", "handle")
        try Self.check(named, isOwn: principal.person, field: "username")
        try await heartbeats.leave(principal.person, at: request.receivedAt)
        return .json(.ok, ["success": true, "message": "Presence removed", "storage": "postgres"])
    }

    /// The caller, who may only act as themselves.
    ///
    /// - Parameter names: members under which clients name the handle; the token decides.
    private static func caller(
        _ request: APIRequest,
        named fields: BodyFields,
        in names: String...
    ) throws(APIError) -> Person {
        let person = try request.caller().person
        for name in names {
            try check(try fields.optionalString(name, limit: 64), isOwn: person, field: name)
        }
        return person
    }

    private static func check(_ name: String?, isOwn person: Person, field: String) throws(APIError) {
        guard let name, !name.isEmpty else { return }
        guard try Handle(field: field, name).key == person.handle else {
            throw .forbidden("You are signed in as @\(person.shown) and cannot act as somebody else.")
        }
    }

    // MARK: Reading

    private func get(_ request: APIRequest) async throws -> APIResponse {
        if request.query.flag("typing") { return try await typingUsers(request) }
        return try await list(request, .presence)
    }

    private func getV2(_ request: APIRequest) async throws -> APIResponse {
        let includes = try request.query.optional("include")?.split(separator: ",")
        guard includes?.contains("recent") == true else { return try await list(request, .presence) }
        return try await list(request, .presenceWithRecent, recent: recent.latest(at: clock.now))
    }

    private func who(_ request: APIRequest) async throws -> APIResponse {
        try await list(request, .who)
    }

    private func list(
        _ request: APIRequest,
        _ kind: PresenceListKind,
        recent: RecentPresence = .none
    ) async throws -> APIResponse {
        let hidden = try await hidden(from: request.principal?.handle, recent)
        let now = clock.now
        guard !hidden.isEmpty else { return Self.answer(board.body(kind, at: now, recent: recent)) }
        return Self.answer(board.body(kind, at: now, recent: recent, hiding: hidden))
    }

    /// Those whom the reader, `nil` without a token, does not see in a list.
    private func hidden(from reader: String?, _ recent: RecentPresence) async throws -> Set<String> {
        var hidden: Set<String> = []
        if let reader, let blocks = blocks() { hidden = try await blocks.hidden(from: reader) }
        if let visibility = visibility() {
            hidden.formUnion(try await visibility.invisible(among: board.listed() + recent.handles, to: reader))
        }
        return hidden
    }

    private static func answer(_ body: ByteBuffer) -> APIResponse {
        APIResponse(.ok, headers: jsonHeaders, body: body)
    }

    private static let jsonHeaders: HTTPFields = [.contentType: "application/json; charset=utf-8"]

    /// Who is typing to the caller.
    private func typingUsers(_ request: APIRequest) async throws -> APIResponse {
        let person = try request.caller().person
        try Self.check(try request.query.optional("user", "username"), isOwn: person, field: "user")
        let senders = try await typing.typing(to: person.handle, at: request.receivedAt)
        let known = try await people.people(senders)
        let hidden = try await blocks()?.hidden(from: person.handle) ?? []
        let names = senders.filter { !hidden.contains($0) }.compactMap { known[$0]?.shown }
        return .json(
            .ok,
            [
                "success": true, "typingTo": .string(person.shown), "typingUsers": .array(names.map { .string($0) }),
                "count": .int(names.count),
            ]
        )
    }
}
