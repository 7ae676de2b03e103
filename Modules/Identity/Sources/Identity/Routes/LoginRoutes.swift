import Contracts
import Crypto
import Foundation
import HTTPTypes
import Kernel
import Logging
import Postgres

/// `GET /login` and the way through GitHub (clients.md, 1.1 and 1.2; design §6).
struct LoginRoutes: Sendable {
    let steps: LoginSteps
    let store: any LoginStore
    /// `nil` where it is not set up.
    let gitHub: GitHubClient?
    let hasMail: Bool
    let audit: any AuditLog
    let addressHash: AddressHash

    /// How long GitHub and the user may take, in microseconds.
    private static let patience: Int64 = 600 * 1_000_000

    func add(to registrar: ModuleRegistrar) {
        let policy = RoutePolicy(.open, limit: IdentityLimits.logins)
        registrar.get("/login", policy) { request in try await PageError.shown { try start(request) } }
        registrar.get("/api/auth/github", policy) { request in try await PageError.shown { try await begin(request) } }
        registrar.get("/api/auth/callback", policy) { request in try await PageError.shown { try await end(request) } }
    }

    /// The first page. Nothing is stored before somebody chooses a way in.
    private func start(_ request: APIRequest) throws -> APIResponse {
        let intent = try intent(of: request)
        let cookie = steps.cookie(of: request)
        let query = FormFields.encoded(intent.fields)
        return LoginPages.start(
            intent,
            gitHub: gitHub.map { _ in "/api/auth/github" + (query.isEmpty ? "" : "?" + query) },
            hasMail: hasMail,
            isDevelopment: steps.settings.isDevelopment && gitHub == nil,
            seal: steps.seal.seal(for: cookie)
        ).response(cookie: cookie.field(isSecure: steps.settings.isSecure))
    }

    private func intent(of request: APIRequest) throws -> LoginIntent {
        try steps.intent(handle: request.query.optional("handle"), redirect: request.query.optional("redirect"))
    }

    /// Whether another site's page sent the browser here. GitHub asks nobody twice, so such a page could sign its visitor in,
    /// which lets whoever shares their address register as them for a minute, or claim a name for them: it takes a click
    /// on ours. Browsers say so since 2023; an address opened from a terminal is `none`.
    private static func comesFromElsewhere(_ request: APIRequest) -> Bool {
        guard let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name] else { return false }
        return site != "same-origin" && site != "none"
    }

    /// Sends the browser to GitHub, and remembers what for.
    private func begin(_ request: APIRequest) async throws -> APIResponse {
        let intent = try intent(of: request)
        guard let gitHub, !request.isHead, !Self.comesFromElsewhere(request) else {
            return Page.redirect(to: LoginSteps.start(intent))
        }
        let cookie = steps.cookie(of: request)
        let state = Base64URL.encode(steps.ids.bytes(32))
        let attempt = LoginAttempt(
            state: Self.hash(state),
            browser: cookie.hash,
            requested: intent.requested?.spelling,
            redirect: intent.redirect?.address,
            expiresAt: PostgresTimestamp(microseconds: request.receivedAt.microseconds + Self.patience)
        )
        try await store.begin(attempt, writer: request.writer)
        return Page.redirect(
            to: gitHub.authorizationAddress(state: state),
            cookie: cookie.field(isSecure: steps.settings.isSecure)
        )
    }

    /// GitHub sends the browser back, with a code or with an error.
    private func end(_ request: APIRequest) async throws -> APIResponse {
        guard let gitHub, !request.isHead else { return LoginPages.lapsed.response(.badRequest) }
        guard let state = try request.query.optional("state"), let attempt = try await attempt(state, request) else {
            let event = AuditEvent(
                kind: .loginRefused,
                address: addressHash(request.clientAddress),
                detail: "state",
                at: request.receivedAt
            )
            _ = try await request.write([audit.record(event)])
            return LoginPages.lapsed.response(.badRequest)
        }
        // Checked again: the settings may have changed since.
        let intent = try steps.intent(handle: attempt.requested, redirect: attempt.redirect)
        guard let code = try request.query.optional("code") else {
            return LoginPages.problem(
                "GitHub did not sign you in",
                "You or GitHub ended it before it was finished.",
                retry: LoginSteps.start(intent)
            ).response(.badRequest)
        }
        let account: Account
        do throws(GitHubClient.Failure) {
            account = .gitHub(try await gitHub.account(code: code, state: state))
        } catch {
            return failure(error, intent, request)
        }
        let outcome = try await steps.flow.finish(account, intent.requested, request)
        let form = LoginPages.ChoiceForm(
            method: "get",
            action: "/login",
            fields: intent.fields.filter { $0.name != "handle" }
        )
        return steps.end(outcome, account, intent, form: form)
    }

    /// Ends the attempt that a state belongs to, if this browser began it.
    private func attempt(_ state: String, _ request: APIRequest) async throws -> LoginAttempt? {
        guard let cookie = steps.sentCookie(request) else { return nil }
        return try await store.end(state: Self.hash(state), browser: cookie.hash, at: request.receivedAt)
    }

    private func failure(
        _ failure: GitHubClient.Failure,
        _ intent: LoginIntent,
        _ request: APIRequest
    ) -> APIResponse {
        request.logger.warning("a sign-in with GitHub failed", metadata: ["cause": .string("\(failure)")])
        let retry = LoginSteps.start(intent)
        switch failure {
        case .refused:
            return LoginPages.problem(
                "GitHub did not sign you in",
                "Its code was used already or is too old.",
                retry: retry
            )
            .response(.badRequest)
        case .unavailable:
            return LoginPages.problem("GitHub cannot be reached", "Try again in a moment.", retry: retry)
                .response(.badGateway)
        }
    }

    private static func hash(_ state: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(state.utf8)))
    }
}
