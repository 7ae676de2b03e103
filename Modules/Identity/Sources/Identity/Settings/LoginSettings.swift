import Kernel
import ServiceSettings

/// The application that is registered at GitHub, and where GitHub is.
struct GitHubSettings: Sendable {
    let clientID: String
    let clientSecret: String
    /// Without a slash at the end, as ``apiURL``.
    let webURL: String
    let apiURL: String

    /// - Returns: `nil` when sign-in with GitHub is not set up.
    /// - Throws: ``StartFailure`` when it is half set up.
    init?(_ settings: Settings) throws(StartFailure) {
        guard let id = settings.optionalString("github.client_id"), !id.isEmpty else { return nil }
        guard let secret = settings.optionalString("github.client_secret"), !secret.isEmpty else {
            throw StartFailure("github.client_id is set, but github.client_secret is not.", code: 78)
        }
        clientID = id
        clientSecret = secret
        webURL = Self.base(settings.string("github.web_url"))
        apiURL = Self.base(settings.string("github.api_url"))
    }

    private static func base(_ address: String) -> String {
        address.hasSuffix("/") ? String(address.dropLast()) : address
    }
}

/// What the pages for signing in need to know of their surroundings.
struct LoginSettings: Sendable {
    /// Where people reach the service, without a slash at the end.
    let publicURL: String
    /// Whether they reach it by HTTPS only, so that cookies may ask for it.
    let isSecure: Bool
    /// Where a sign-in may end besides loopback.
    let origins: Set<String>
    /// Whether the sign-in page without passwords is offered.
    let isDevelopment: Bool

    /// - Throws: ``StartFailure`` for an origin that is none.
    init(_ settings: Settings) throws(StartFailure) {
        let address = settings.string("server.public_url")
        publicURL = address.hasSuffix("/") ? String(address.dropLast()) : address
        isSecure = address.hasPrefix("https://")
        isDevelopment = settings.environment == .development
        var origins: Set<String> = []
        for text in settings.list("login.redirect_origins") {
            guard let origin = RedirectTarget.origin(of: text) else {
                throw StartFailure(
                    "login.redirect_origins: '\(text)' is no origin such as https://app.example.com.",
                    code: 78
                )
            }
            origins.insert(origin)
        }
        self.origins = origins
    }

    /// Whether a page of this origin may use what was meant for programs: the service's own, and those the operator named.
    func trusts(origin: String) -> Bool {
        origins.contains(origin) || RedirectTarget.origin(of: publicURL) == origin
    }
}

extension IdentitySettings {
    static let logins: [SettingDeclaration] = [
        SettingDeclaration(
            key: "login.redirect_origins",
            type: .list,
            default: [],
            description: "Origins besides loopback where a sign-in may end, such as https://app.example.com.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "login.attempts_per_minute",
            type: .int(0...1_000_000),
            default: 60,
            description: "Steps of signing in per address and minute; 0 for no limit.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "login.links_per_hour",
            type: .int(0...1_000_000),
            default: 20,
            description: "E-mailed links asked for per address and hour; 0 for no limit.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "login.links_per_mailbox_and_hour",
            type: .int(0...1_000_000),
            default: 5,
            description: "E-mailed links per mailbox and hour; 0 for no limit.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "github.client_id",
            type: .string,
            description: "The OAuth application at GitHub; unset: no sign-in with GitHub.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "github.client_secret",
            type: .string,
            description: "The secret of the OAuth application at GitHub.",
            owner: "identity",
            isSecret: true
        ),
        SettingDeclaration(
            key: "github.web_url",
            type: .url,
            default: "https://github.com",
            description: "Where GitHub's pages are.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "github.api_url",
            type: .url,
            default: "https://api.github.com",
            description: "Where GitHub's API is.",
            owner: "identity"
        ),
    ]
}
