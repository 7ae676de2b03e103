import Contracts

/// The pages of signing in. They hold no secret but the code of a link, in the form that uses it.
enum LoginPages {
    /// The first page: the ways in that this service offers.
    ///
    /// - Parameters:
    ///   - gitHub: the address that begins with GitHub; `nil` where that is not set up.
    ///   - seal: for the forms.
    static func start(
        _ intent: LoginIntent,
        gitHub: String?,
        hasMail: Bool,
        isDevelopment: Bool,
        seal: String
    ) -> Page {
        var content: [HTML] = []
        if let handle = intent.requested { content.append("<p>As <strong>@\(handle.spelling)</strong>.</p>") }
        if let gitHub { content.append("<p><a class=\"button\" href=\"\(gitHub)\">Continue with GitHub</a></p>") }
        if hasMail {
            let hidden = hiddenFields(intent.fields + [("seal", seal)])
            content.append(
                """
                <form method="post" action="/login/email">
                \(hidden)
                <label>Your e-mail address
                <input name="email" type="email" autocomplete="email" maxlength="254" required></label>
                <button>Send me a link</button>
                </form>
                """
            )
        }
        if isDevelopment { content.append(developmentForm(intent, seal)) }
        if gitHub == nil, !hasMail, !isDevelopment {
            content.append("<p>No way of signing in is set up here yet. The operator can change that.</p>")
        }
        if let redirect = intent.redirect {
            content.append("<p><small>Afterwards you are taken to \(redirect.origin).</small></p>")
        }
        return Page(
            title: "Sign in",
            content: HTML(content),
            formTarget: formTarget(intent),
            referrerPolicy: isDevelopment ? "same-origin" : "no-referrer"
        )
    }

    private static func developmentForm(_ intent: LoginIntent, _ seal: String) -> HTML {
        let hidden = hiddenFields(intent.fields.filter { $0.name != "handle" } + [("seal", seal)])
        return """
            <form method="post" action="/login/development">
            \(hidden)
            <label>Handle, of development only: no password
            <input name="handle" value="\(intent.requested?.spelling ?? "")" maxlength="33" required></label>
            <button>Sign in</button>
            </form>
            """
    }

    static func signedIn(_ shown: String) -> Page {
        Page(
            title: "Signed in",
            content: """
                <p>You are signed in as <strong>@\(shown)</strong>.</p>
                <p>Go back to your terminal. If it asks who you are, answer <strong>@\(shown)</strong> within a minute.</p>
                """
        )
    }

    /// The account owns another handle than the one asked for.
    static func ownsAnother(_ account: Account, _ shown: String, requested: String, retry: String) -> Page {
        Page(
            title: "That is not your handle",
            content: """
                <p>You asked for <strong>@\(requested)</strong>, but \(account.name) owns <strong>@\(shown)</strong>.</p>
                <p>Start again in your terminal, as <strong>@\(shown)</strong> or without a handle; or
                <a href="\(retry)">sign in another way</a>.</p>
                """
        )
    }

    /// The account needs a handle. What to do: choose one.
    ///
    /// - Parameters:
    ///   - reason: why the one asked for cannot be had.
    ///   - form: where the choice goes, with its method and its hidden fields.
    static func chooseHandle(reason: String?, suggestions: [String], form: ChoiceForm) -> Page {
        var content: [HTML] = []
        if let reason {
            content.append(
                """
                <p>\(reason)</p>
                <p>If it is yours already, start again and sign in the way you did the first time. Otherwise choose
                another one.</p>
                """
            )
        } else {
            content.append("<p>Choose the handle that people will know you by.</p>")
        }
        if !suggestions.isEmpty {
            let names = suggestions.map { "@" + $0 }.joined(separator: ", ")
            content.append("<p>Free at the moment: \(names)</p>")
        }
        let hidden = hiddenFields(form.fields)
        content.append(
            """
            <form method="\(form.method)" action="\(form.action)">
            \(hidden)
            <label>Handle
            <input name="handle" maxlength="33" required value="\(form.value ?? suggestions.first ?? "")"></label>
            <button>Take this handle</button>
            </form>
            """
        )
        return Page(
            title: reason == nil ? "Choose a handle" : "That handle is taken",
            content: HTML(content),
            formTarget: form.target
        )
    }

    /// A form for choosing a handle.
    struct ChoiceForm {
        let method: String
        let action: String
        let fields: [(name: String, value: String)]
        /// What stands in the field.
        var value: String?
        /// Where the form may lead besides this service.
        var target: String?
    }

    /// Something went wrong that starting again may mend.
    static func problem(_ title: String, _ text: String, retry: String?) -> Page {
        var content: [HTML] = ["<p>\(text)</p>"]
        if let retry { content.append("<p><a href=\"\(retry)\">Start again</a></p>") }
        return Page(title: title, content: HTML(content))
    }

    static let lapsed = problem(
        "This sign-in is over",
        "It was finished already, took too long, or was begun in another browser.",
        retry: "/login"
    )

    // MARK: E-mailed links

    static let linkSent = Page(
        title: "Look into your mail",
        content: """
            <p>A link is on its way to the address that you gave. It works once, for half an hour.</p>
            <p>Nothing there? Look into the junk folder, or ask again in a few minutes.</p>
            """
    )

    static let linkLapsed = problem(
        "This link does not work any more",
        "It was used already, is more than half an hour old, or is incomplete.",
        retry: "/login"
    )

    /// What a link does before it does it: programs that look at mail follow links, too.
    static func confirm(_ link: EmailLink, owned shown: String, code: String, seal: String, target: String?) -> Page {
        let hidden = hiddenFields([("code", code), ("seal", seal)])
        return Page(
            title: "Sign in as @\(shown)?",
            content: """
                <p>Go on only if you asked for this yourself, a moment ago.</p>
                <form method="post" action="/login/link">
                \(hidden)
                <button>Sign in</button>
                </form>
                """,
            formTarget: target
        )
    }

    static func confirmAddress(_ link: EmailLink, of shown: String, code: String, seal: String) -> Page {
        let hidden = hiddenFields([("code", code), ("seal", seal)])
        return Page(
            title: "Your address for @\(shown)?",
            content: """
                <p>Whoever reads the mail of <strong>\(link.address.text)</strong> will be able to sign in as
                <strong>@\(shown)</strong>. Go on only if that handle is yours.</p>
                <form method="post" action="/login/link">
                \(hidden)
                <button>Use this address</button>
                </form>
                """
        )
    }

    static func addressSet(_ shown: String) -> Page {
        Page(
            title: "Address confirmed",
            content: "<p>From now on you can sign in as <strong>@\(shown)</strong> by e-mail.</p>"
        )
    }

    // MARK: Pieces

    static func hiddenFields(_ fields: [(name: String, value: String)]) -> HTML {
        HTML(fields.map { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">" })
    }

    /// Where forms may lead that end a sign-in. Policies cannot name an IPv6 address.
    static func formTarget(_ intent: LoginIntent) -> String? {
        intent.redirect.map { $0.origin.contains("[") ? "http:" : $0.origin }
    }
}
