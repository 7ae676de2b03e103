import Contracts
import Crypto
import Foundation
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// E-mailed links: asking for one, and what it opens.
///
/// Asking does the same for every address, so that nobody learns from the answer or its time who has an account. Who the
/// address belongs to is looked at when the link is opened, by whoever reads its mail.
struct EmailLinkRoutes: Sendable {
    let steps: LoginSteps
    let store: any EmailLinkStore
    /// `nil` where mail is not set up.
    let letters: LoginLetters?
    let people: PeopleCache
    let audit: any AuditLog
    let addressHash: AddressHash
    let limiter: ExactLimiter

    func add(to registrar: ModuleRegistrar) {
        let policy = RoutePolicy(.open, limit: IdentityLimits.logins)
        registrar.post("/login/email", policy) { request in try await PageError.shown { try await askByForm(request) } }
        registrar.get("/login/link", policy) { request in try await PageError.shown { try await open(request) } }
        registrar.post("/login/link", policy) { request in try await PageError.shown { try await use(request) } }
        registrar.post("/api/auth/email", RoutePolicy(.open, limit: IdentityLimits.logins, idempotency: .kept), ask)
        registrar.post(
            "/api/account/email",
            RoutePolicy(.authenticated, limit: IdentityLimits.logins, idempotency: .kept),
            askForAddress
        )
    }

    // MARK: Asking

    private func askByForm(_ request: APIRequest) async throws -> APIResponse {
        let form = FormFields(request.body)
        guard steps.isOurs(form, request) else { throw PageError(.forbidden, LoginSteps.foreignForm) }
        let intent = try steps.intent(handle: form["handle"], redirect: form["redirect"])
        let retry = LoginSteps.start(intent)
        guard letters != nil else {
            throw PageError(
                .serviceUnavailable,
                LoginPages.problem("No mail", "Mail is not set up here.", retry: retry)
            )
        }
        guard let address = form["email"].flatMap({ MailAddress($0) }) else {
            throw PageError(
                .badRequest,
                LoginPages.problem("That is no e-mail address", "Write it as name@example.com.", retry: retry)
            )
        }
        do {
            try await send(to: address, linking: nil, intent, request)
        } catch let error as APIError where error.status == .tooManyRequests {
            throw PageError(.tooManyRequests, LoginPages.problem("Too many links", error.detail, retry: nil))
        }
        return LoginPages.linkSent.response()
    }

    /// For programs. The link is opened in a browser all the same.
    private func ask(_ request: APIRequest) async throws -> APIResponse {
        let fields = try request.json()
        let address = try Self.address(fields)
        let handle = try fields.optionalString("handle", limit: 64)
        let redirect = try fields.optionalString("redirect", limit: 1_000)
        let intent: LoginIntent
        do throws(LoginIntent.Refusal) {
            intent = try LoginIntent(handle: handle, redirect: redirect, origins: steps.settings.origins)
        } catch {
            switch error {
            case .handle(let problem): throw APIError.invalid(field: "handle", "is no handle: \(problem)")
            case .redirect:
                throw APIError.invalid(field: "redirect", "must be a loopback address or an allowed origin.")
            }
        }
        try await send(to: address, linking: nil, intent, request)
        return Self.sent
    }

    /// The owner of a handle gives it an address, or another one.
    private func askForAddress(_ request: APIRequest) async throws -> APIResponse {
        let principal = try request.caller()
        guard principal.scopes == nil else {
            throw APIError.forbidden("An API key cannot change how its owner signs in.")
        }
        let address = try Self.address(request.json())
        try await send(to: address, linking: principal.handle, .nothingAsked, request)
        return Self.sent
    }

    private static let sent = APIResponse.json(
        .ok,
        ["success": true, "message": "A link is on its way. It works once, for half an hour."]
    )

    private static func address(_ fields: BodyFields) throws(APIError) -> MailAddress {
        guard let address = MailAddress(try fields.string("email", limit: 254)) else {
            throw .invalid(field: "email", "must be an e-mail address.")
        }
        return address
    }

    private func send(
        to address: MailAddress,
        linking: String?,
        _ intent: LoginIntent,
        _ request: APIRequest
    ) async throws {
        guard let letters else {
            throw APIError(.serviceUnavailable, code: "mail_not_configured", "Mail is not set up here.")
        }
        let outcome = try await limiter.take(IdentityLimits.links, subject: request.clientNetwork)
        guard outcome.isAllowed else { throw outcome.refusal }
        // Silent, so that nobody can tell how often others asked for this mailbox.
        guard try await limiter.take(IdentityLimits.mailboxLinks, subject: address.text).isAllowed else { return }
        let code = Base64URL.encode(steps.ids.bytes(32))
        let link = EmailLink(
            code: Self.hash(code),
            address: address,
            linking: linking,
            requested: intent.requested?.spelling,
            redirect: intent.redirect?.address,
            expiresAt: PostgresTimestamp(microseconds: request.receivedAt.microseconds + EmailLink.lifetime)
        )
        let handle = linking ?? intent.requested?.spelling
        let mail = letters.link(code: code, link, handle: handle, at: request.receivedAt)
        try await store.add(link, mail, writer: request.writer)
    }

    // MARK: Opening

    /// Shows what the link would do. Nothing is done yet: programs that check mail open links.
    private func open(_ request: APIRequest) async throws -> APIResponse {
        guard let code = try request.query.optional("code"), let found = try await find(code, request) else {
            return LoginPages.linkLapsed.response(.badRequest)
        }
        let cookie = steps.cookie(of: request)
        let seal = steps.seal.seal(for: cookie)
        let intent = try steps.intent(handle: found.link.requested, redirect: found.link.redirect)
        let page: Page
        if let linking = found.link.linking {
            page = LoginPages.confirmAddress(found.link, of: try await shown(linking), code: code, seal: seal)
        } else if let owned = found.owned {
            page = LoginPages.confirm(
                found.link,
                owned: try await shown(owned),
                code: code,
                seal: seal,
                target: LoginPages.formTarget(intent)
            )
        } else {
            let form = choice(code, seal, intent)
            page = LoginPages.chooseHandle(reason: nil, suggestions: [], form: form)
        }
        return page.response(cookie: cookie.field(isSecure: steps.settings.isSecure))
    }

    private func use(_ request: APIRequest) async throws -> APIResponse {
        let form = FormFields(request.body)
        guard steps.isOurs(form, request) else { throw PageError(.forbidden, LoginSteps.foreignForm) }
        guard let code = form["code"], let found = try await find(code, request) else {
            try await note(.loginRefused, nil, request)
            return LoginPages.linkLapsed.response(.badRequest)
        }
        if let linking = found.link.linking { return try await setAddress(found.link, of: linking, request) }
        // An address that owns no handle may be given any; one that does keeps what the link was asked for.
        let handle = found.owned == nil ? form["handle"] ?? found.link.requested : found.link.requested
        let intent = try steps.intent(handle: handle, redirect: found.link.redirect)
        let account = Account.mailbox(found.link.address, code: found.link.code)
        let outcome = try await steps.flow.finish(account, intent.requested, request)
        return steps.end(outcome, account, intent, form: choice(code, form["seal"] ?? "", intent))
    }

    private func setAddress(_ link: EmailLink, of handle: String, _ request: APIRequest) async throws -> APIResponse {
        guard let letters, let person = try await people.caller(handle) else {
            return LoginPages.linkLapsed.response(.badRequest)
        }
        let event = AuditEvent(
            kind: .accountLinked,
            handle: handle,
            address: addressHash(request.clientAddress),
            detail: "email",
            at: request.receivedAt
        )
        do {
            try await store.setAddress(
                by: link,
                of: handle,
                audit: audit.record(event),
                notice: { letters.addressChanged(to: $0, of: person.shown, at: request.receivedAt) },
                at: request.receivedAt,
                writer: request.writer
            )
        } catch let error as PostgresError where error.sqlState == ProofStatements.noProof {
            return LoginPages.linkLapsed.response(.badRequest)
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            return LoginPages.problem(
                "This address is taken",
                "Another handle signs in with it. Use another address, or sign in as that handle.",
                retry: nil
            ).response(.conflict)
        }
        return LoginPages.addressSet(person.shown).response()
    }

    // MARK: Pieces

    private func find(_ code: String, _ request: APIRequest) async throws -> (link: EmailLink, owned: String?)? {
        try await store.link(code: Self.hash(code), at: request.receivedAt)
    }

    private func shown(_ handle: String) async throws -> String {
        try await people.person(handle)?.shown ?? handle
    }

    private func choice(_ code: String, _ seal: String, _ intent: LoginIntent) -> LoginPages.ChoiceForm {
        LoginPages.ChoiceForm(
            method: "post",
            action: "/login/link",
            fields: [("code", code), ("seal", seal)],
            value: intent.requested?.spelling,
            target: LoginPages.formTarget(intent)
        )
    }

    private func note(_ kind: AuditEvent.Kind, _ handle: String?, _ request: APIRequest) async throws {
        let event = AuditEvent(
            kind: kind,
            handle: handle,
            address: addressHash(request.clientAddress),
            detail: "email",
            at: request.receivedAt
        )
        _ = try await request.write([audit.record(event)])
    }

    private static func hash(_ code: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(code.utf8)))
    }
}
