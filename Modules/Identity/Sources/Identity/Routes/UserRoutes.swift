import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/users` and `/api/identity/{handle}`: what people say of themselves (original-api.md, 1.5).
struct UserRoutes: Sendable {
    let store: any UserStore
    let people: PeopleCache
    let registration: Registration
    let limiter: ExactLimiter
    let events: EventPublisher

    func add(to registrar: ModuleRegistrar) {
        registrar.post(
            "/api/users",
            RoutePolicy(.recognised, limit: IdentityLimits.profiles, idempotency: .kept),
            post
        )
        registrar.get("/api/users", RoutePolicy(.recognised, limit: .reads), get)
        registrar.get("/api/identity/{handle}", RoutePolicy(.recognised, limit: .reads), identity)
    }

    // MARK: Writing

    private func post(_ request: APIRequest) async throws -> APIResponse {
        let fields = try request.json()
        let named = try fields.firstText(of: "username", "handle", limit: 256)
        guard let principal = request.principal else {
            guard let named else { throw APIError.missing(field: "username") }
            return try await writeUnverified(Handle(field: "username", named), fields, request)
        }
        if let named, try Handle(field: "username", named).key != principal.handle {
            throw APIError.forbidden("You are signed in as @\(principal.person.shown) and cannot change another user.")
        }
        let before = try await store.profile(of: principal.handle)
        try await write(principal.handle, before, fields, request)
        people.forget(principal.handle)
        return try await answer(principal.handle, isNew: before?.user == nil, forOwner: true)
    }

    /// Real clients send this without a token at every start, so it is taken, but can change nothing that is there.
    /// Keys in it are not looked at.
    private func writeUnverified(
        _ handle: Handle,
        _ fields: BodyFields,
        _ request: APIRequest
    ) async throws -> APIResponse {
        let state = try await registration.state(of: handle, at: request.receivedAt)
        let isClaimed = state.kind != nil && state.kind != .placeholder
        guard !GameStore.isName(handle.key), isClaimed || state.isFree else {
            throw APIError(
                .badRequest,
                code: "reserved",
                error: "reserved",
                "@\(handle.spelling) is reserved.",
                field: "username"
            )
        }
        if state.kind == nil {
            let outcome = try await limiter.take(IdentityLimits.unverifiedNames, subject: request.clientNetwork)
            guard outcome.isAllowed else { throw outcome.refusal }
        }
        let building = try Self.building(fields)
        // Most writes of this kind change nothing, and so tell of nothing.
        var isNews = isClaimed && building != nil
        if isNews { isNews = try await store.profile(of: handle.key)?.user?.building == nil }
        let isNew = try await store.writeUnverified(
            handle,
            building: building,
            at: request.receivedAt,
            events: isNews ? events.statements(for: ProfileChanged(handle: handle.key)) : [],
            writer: request.writer
        )
        if isNew { people.forget(handle.key) }
        return try await answer(handle.key, isNew: isNew, forOwner: false)
    }

    private func write(
        _ handle: String,
        _ before: Profile?,
        _ fields: BodyFields,
        _ request: APIRequest
    ) async throws {
        let zone = try Self.timeZone(fields)
        var inviter: String?
        if let name = try fields.optionalString("invitedBy", limit: 64), let named = try? Handle(name) {
            inviter = try await people.person(named.key)?.handle
        }
        let publicKey = try PublicKey(in: fields, "publicKey", "public_key")
        let recoveryKey = try PublicKey(in: fields, "recoveryKey", "recovery_key")
        if publicKey != nil || recoveryKey != nil { _ = try request.owner() }
        let change = UserChange(
            handle: handle,
            building: try Self.building(fields),
            timeZone: zone,
            publicKey: publicKey,
            recoveryKey: recoveryKey,
            invitedBy: inviter == handle ? nil : inviter,
            inviteCode: try fields.optionalString("inviteCode", limit: 32)
        )
        let user = before?.user
        let isNews =
            (change.building ?? user?.building) != user?.building
            || (change.timeZone ?? user?.timeZone) != user?.timeZone
        try await store.write(
            change,
            at: request.receivedAt,
            events: isNews ? events.statements(for: ProfileChanged(handle: handle)) : [],
            writer: request.writer
        )
    }

    /// What somebody builds; `nil` keeps what is there, and so does the text that a client sends when it knows nothing.
    private static func building(_ fields: BodyFields) throws(APIError) -> String? {
        guard let text = try fields.firstText(of: "building", limit: 1_000) else { return nil }
        return text == Profile.defaultBuilding ? nil : text
    }

    private static func timeZone(_ fields: BodyFields) throws(APIError) -> String? {
        for name in ["timezone", "timeZone", "time_zone"] {
            guard let zone = try fields.firstText(of: name, limit: 64) else { continue }
            guard LocalCalendar.isZone(zone) else {
                throw .invalid(field: name, "must be the IANA name of a time zone, such as Europe/Berlin.")
            }
            return zone
        }
        return nil
    }

    private func answer(_ handle: String, isNew: Bool, forOwner: Bool) async throws -> APIResponse {
        guard let profile = try await visible(handle) else { throw Self.unknown }
        return .json { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("user")
            profile.writeUser(to: &json, forOwner: forOwner)
            json.key("isNew")
            json.bool(isNew)
            // The one welcome is sent when a handle is claimed.
            json.key("welcomeSent")
            json.bool(false)
            json.key("storage")
            json.string("postgres")
            json.endObject()
        }
    }

    // MARK: Reading

    private func get(_ request: APIRequest) async throws -> APIResponse {
        if request.query.flag("all") { return try await list(request) }
        guard let name = try request.query.optional("user", "username", "handle") else {
            throw APIError.missing(field: "user")
        }
        guard let profile = try await visible(Handle(field: "user", name).key) else { throw Self.unknown }
        return .json { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("user")
            profile.writeUser(to: &json, forOwner: request.principal?.handle == profile.handle)
            json.key("storage")
            json.string("postgres")
            json.endObject()
        }
    }

    private func list(_ request: APIRequest) async throws -> APIResponse {
        let limit = try request.query.int("limit", default: 1_000, in: 1...1_000)
        var after: (PostgresTimestamp, String)?
        if let text = try request.query.optional("cursor") {
            let cursor = try Cursor(text, count: 2)
            after = (try cursor.time(0), cursor.parts[1])
        }
        // One more than asked for tells whether there is a next page.
        let found = try await store.people(after: after, limit: limit + 1)
        let page = found.prefix(limit)
        return .json(reserve: 512 * page.count + 256) { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("users")
            json.beginArray()
            for profile in page { profile.writeUser(to: &json, forOwner: false) }
            json.endArray()
            json.key("count")
            json.int(page.count)
            json.key("next")
            if found.count > limit, let last = page.last {
                json.string(Cursor([String(last.registeredAt.microseconds), last.handle]).text)
            } else {
                json.null()
            }
            json.key("storage")
            json.string("postgres")
            json.endObject()
        }
    }

    private func identity(_ request: APIRequest) async throws -> APIResponse {
        let handle = try Handle(field: "handle", request.parameter("handle"))
        guard let profile = try await visible(handle.key), profile.kind != .placeholder else { throw Self.unknown }
        return .json { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            profile.writeIdentity(to: &json)
            json.key("identity")
            json.beginObject()
            profile.writeIdentity(to: &json)
            json.endObject()
            json.endObject()
        }
    }

    /// The profile of somebody who may be seen: stores of games are nobody.
    private func visible(_ key: String) async throws -> Profile? {
        GameStore.isName(key) ? nil : try await store.profile(of: key)
    }

    private static let unknown = APIError.notFound("Nobody has this handle.")
}
