import Contracts
import HTTPTypes
import Kernel

/// What the ways of signing in share: how one begins, and how one ends.
struct LoginSteps: Sendable {
    let settings: LoginSettings
    let flow: LoginFlow
    let seal: FormSeal
    let ids: IdentifierSource

    func cookie(of request: APIRequest) -> BrowserCookie {
        BrowserCookie(of: request.headers, isSecure: settings.isSecure, ids: ids)
    }

    /// The cookie that the browser sent, `nil` without one of our making.
    func sentCookie(_ request: APIRequest) -> BrowserCookie? {
        BrowserCookie(request.headers, isSecure: settings.isSecure)
    }

    /// Whether a form comes from a page of ours in this browser.
    func isOurs(_ form: FormFields, _ request: APIRequest) -> Bool {
        seal.isGood(form["seal"], for: sentCookie(request))
    }

    static let foreignForm = LoginPages.problem(
        "This form is too old",
        "It was not sent from a page of this service in this browser, or your browser keeps no cookies.",
        retry: "/login"
    )

    /// - Throws: ``PageError`` for a handle or a redirect that cannot be.
    func intent(handle: String?, redirect: String?) throws(PageError) -> LoginIntent {
        do throws(LoginIntent.Refusal) {
            return try LoginIntent(handle: handle, redirect: redirect, origins: settings.origins)
        } catch {
            switch error {
            case .handle(let problem):
                throw PageError(.badRequest, LoginPages.problem("That is no handle", "\(problem)", retry: nil))
            case .redirect:
                throw PageError(
                    .badRequest,
                    LoginPages.problem(
                        "That is no place to return to",
                        "A sign-in ends at a program on your own machine (such as http://localhost:9876/callback).",
                        retry: "/login"
                    )
                )
            }
        }
    }

    /// The address of the first page for an intent.
    static func start(_ intent: LoginIntent) -> String {
        let fields = intent.fields
        return fields.isEmpty ? "/login" : "/login?" + FormFields.encoded(fields)
    }

    /// The answer that ends a sign-in.
    ///
    /// - Parameter form: where to choose another handle.
    func end(
        _ outcome: LoginFlow.Outcome,
        _ account: Account,
        _ intent: LoginIntent,
        form: LoginPages.ChoiceForm
    ) -> APIResponse {
        switch outcome {
        case .signedIn(let signIn):
            guard let redirect = intent.redirect else { return LoginPages.signedIn(signIn.person.shown).response() }
            let handle = ("handle", signIn.person.shown)
            // A web page gets no token in its address: it registers from the same address, as clients do.
            guard redirect.isLoopback else { return Page.redirect(to: redirect.adding([handle])) }
            return Page.redirect(to: redirect.adding([("token", signIn.token), handle]))
        case .ownsAnother(let shown, let requested):
            return LoginPages.ownsAnother(account, shown, requested: requested, retry: Self.start(intent))
                .response(.conflict)
        case .needsHandle(let reason, let suggestions):
            return LoginPages.chooseHandle(reason: reason, suggestions: suggestions, form: form).response(.conflict)
        case .suspended(let handle):
            return LoginPages.problem("@\(handle) is suspended", "The operator can tell why.", retry: nil)
                .response(.forbidden)
        case .stale:
            return LoginPages.lapsed.response(.badRequest)
        case .limited(let outcome):
            var response = LoginPages.problem(
                "Too many new handles",
                "There were many from your network within an hour. Try again later.",
                retry: nil
            ).response(.tooManyRequests)
            for field in outcome.headerFields { response.headers.append(field) }
            response.headers[.retryAfter] = String(outcome.retryAfter)
            return response
        }
    }
}

/// A page in place of what was asked for.
struct PageError: Error {
    let status: HTTPResponse.Status
    let page: Page

    init(_ status: HTTPResponse.Status, _ page: Page) {
        self.status = status
        self.page = page
    }

    /// Runs a handler of pages, whose problems are pages, too.
    static func shown(_ handler: () async throws -> APIResponse) async throws -> APIResponse {
        do {
            return try await handler()
        } catch let error as PageError {
            return error.page.response(error.status)
        }
    }
}
