import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/invites` and the page of a code (original-api.md, 1.10).
struct InviteRoutes: Sendable {
    let store: any InviteStore
    let people: People
    let profiles: (any PublicProfiles)?
    let redemption: Redemption
    let limiter: ExactLimiter
    let links: Links
    let services: KernelServices

    private static let wishes = RateLimitRule(
        name: "invites",
        scope: .principal,
        setting: "engagement.invites_per_minute",
        window: 60
    )
    private static let checks = RateLimitRule(
        name: "invite_checks",
        scope: .address,
        setting: "engagement.invite_checks_per_minute",
        window: 60
    )
    private static let redemptions = RateLimitRule(
        name: "redemptions",
        scope: .address,
        setting: "engagement.redemptions_per_hour",
        window: 3_600
    )

    /// Tries with another code when one exists already.
    private static let tries = 5

    func register(in registrar: ModuleRegistrar) {
        registrar.post("/api/invites", RoutePolicy(.authenticated, limit: Self.wishes, idempotency: .kept)) {
            try await create($0)
        }
        registrar.get("/api/invites", RoutePolicy(.open, limit: .reads)) { try await check($0) }
        registrar.get("/api/invites/my", RoutePolicy(.authenticated, limit: .reads)) { try await own($0) }
        registrar.post("/api/invites/redeem", RoutePolicy(.open, idempotency: .secret)) { try await redeem($0) }
        registrar.get("/invite/{code}", RoutePolicy(.open, limit: .reads)) { try await page($0) }
    }

    // MARK: The inviter

    private func create(_ request: APIRequest) async throws -> APIResponse {
        let name = try request.json().optionalString("handle", limit: 64)
        let caller = try People.caller(request, named: name, field: "handle").handle
        let allowance = try await allowance(of: caller)
        for _ in 1...Self.tries {
            let code = InviteCode.make(for: caller, services.ids)
            do {
                let creation = try await store.create(
                    code,
                    by: caller,
                    allowance: allowance,
                    at: request.receivedAt,
                    through: request.writer
                )
                guard creation.isMade else { throw Self.noneLeft(allowance, unused: creation.unused) }
                return .json(
                    .ok,
                    [
                        "success": true, "code": .string(code),
                        "expires_at": .timestamp(
                            request.receivedAt.adding(days: Invite.lifetimeInDays).microseconds
                        ),
                        "remaining": .int(max(allowance - creation.unused, 0)),
                        "share_url": .string(links.invite(code)), "_source": "postgres",
                    ]
                )
            } catch is CodeTaken {
                continue
            }
        }
        throw APIError.unavailable()
    }

    private static func noneLeft(_ allowance: Int, unused: Int) -> APIError {
        APIError(
            .badRequest,
            code: "invite_limit",
            unused == 1
                ? "You have an unused invite. Give it away first."
                : "You have \(unused) unused invites. Give them away first.",
            extra: [("max_codes", .int(allowance)), ("unused", .int(unused))]
        )
    }

    /// Unused codes that somebody may have: three for founders, one for everybody else (original-api.md, 1.10; the two
    /// of those who came from the waitlist are gone with the addresses that were never stored).
    private func allowance(of handle: String) async throws -> Int {
        let profile = try await profiles?.profiles(of: [handle])[handle]
        return profile?.genesisNumber == nil ? 1 : 3
    }

    private func own(_ request: APIRequest) async throws -> APIResponse {
        let name = try request.query.optional("handle")
        let caller = try People.caller(request, named: name, field: "handle").handle
        let limit = try request.query.int("limit", default: 50, in: 1...100)
        let before = try request.position()
        let allowance = try await allowance(of: caller)
        async let unused = store.unused(of: caller)
        async let used = store.used(of: caller, before: before ?? .newest, limit: limit)
        let left = try await unused
        let page = try await used
        let count = left.count { $0.objection(at: request.receivedAt) == nil }
        let spellings = try await people.spellings(page.rows.compactMap(\.usedBy))
        // What is left to give away comes first, on the first page.
        let codes = (before == nil ? left : []) + page.rows
        var answer: [(String, JSON)] = [
            ("success", true),
            ("codes", .array(codes.map { json($0, spellings, at: request.receivedAt) })),
            ("unused", .int(count)),
            ("max_codes", .int(allowance)),
            ("can_generate", .bool(count < allowance)),
        ]
        if let next = page.next { answer.append(("next", .string(next.cursor))) }
        return .json(.ok, .object(answer))
    }

    private func json(_ invite: Invite, _ spellings: [String: String], at time: PostgresTimestamp) -> JSON {
        let status = invite.status(at: time)
        return [
            "code": .string(invite.code), "status": .string(status),
            "created_at": .timestamp(invite.createdAt.microseconds),
            "expires_at": .timestamp(invite.expiresAt.microseconds),
            "used_by": invite.usedBy.map { .string(spellings[$0] ?? $0) } ?? .null,
            "used_at": invite.usedAt.map { .timestamp($0.microseconds) } ?? .null,
            "share_url": status == "available" ? .string(links.invite(invite.code)) : .null,
            "bonus": .bool(invite.isBonus),
        ]
    }

    // MARK: The invited

    private func check(_ request: APIRequest) async throws -> APIResponse {
        guard let code = try request.query.optional("code") else { throw APIError.missing(field: "code") }
        let invite = try await invite(code, request)
        if let objection = invite.objection(at: request.receivedAt) {
            return .json(.ok, ["valid": false, "error": .string(objection)])
        }
        return .json(
            .ok,
            [
                "valid": true, "inviter": .string(try await shown(invite.inviter)),
                "expires_at": .timestamp(invite.expiresAt.microseconds), "_source": "postgres",
            ]
        )
    }

    private func redeem(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        let code = InviteCode.folded(try body.string("code", limit: InviteCode.limit))
        let handle = try People.handle(try body.string("handle", limit: 64), field: "handle")
        // What the newcomer builds is Identity's to keep: clients send it to /api/users next.
        _ = try body.optionalString("one_liner", limit: 500)
        for rule in [Self.checks, Self.redemptions] {
            let outcome = try await limiter.take(rule, subject: request.clientNetwork)
            guard outcome.isAllowed else { throw outcome.refusal }
        }
        let (claimed, invite) = try await redemption.redeem(code, as: handle, at: request.receivedAt)
        let inviter = try await shown(invite.inviter)
        return .json(
            .ok,
            [
                "success": true, "handle": .string(claimed.person.shown), "inviter": .string(inviter),
                "genesis_number": claimed.genesisNumber.map { .int($0) } ?? .null, "token": .string(claimed.token),
                "sessionId": .string(claimed.sessionID),
                "message": .string("Welcome to /vibe, @\(claimed.person.shown). @\(inviter) invited you."),
            ]
        )
    }

    private func page(_ request: APIRequest) async throws -> APIResponse {
        do {
            let invite = try await invite(try request.parameter("code"), request)
            if let objection = invite.objection(at: request.receivedAt) {
                return InvitePage.unusable(objection).response()
            }
            return InvitePage.page(
                of: invite,
                inviter: try await shown(invite.inviter),
                url: links.invite(invite.code),
                home: links.home
            ).response()
        } catch let error as APIError where error.status == .notFound {
            return InvitePage.unusable(error.detail).response(.notFound, caching: "no-store")
        }
    }

    /// The invite of a code that somebody typed. Counted, so that codes are not found by trying.
    ///
    /// - Throws: 404 for an unknown code, 429.
    private func invite(_ code: String, _ request: APIRequest) async throws -> Invite {
        let outcome = try await limiter.take(Self.checks, subject: request.clientNetwork)
        guard outcome.isAllowed else { throw outcome.refusal }
        guard code.utf16.count <= InviteCode.limit, let invite = try await store.invite(InviteCode.folded(code)) else {
            throw Redemption.unknownCode
        }
        return invite
    }

    private func shown(_ handle: String) async throws -> String {
        try await people.spellings([handle])[handle] ?? handle
    }
}
