import HTTPTypes
import Kernel

/// `POST /login/development`: the sign-in of development, which asks for no proof. There is nothing at this address in any
/// other environment, or where sign-in with GitHub is set up.
///
/// Development listens on loopback only. A proxy in front of it would make strangers look like the person at the machine,
/// so whatever was forwarded is refused; so is what a page of another origin sent, which may have made the browser on this
/// machine its messenger.
struct DevelopmentSignInRoute: Sendable {
    let steps: LoginSteps
    let isOffered: Bool

    func add(to registrar: ModuleRegistrar) {
        registrar.post("/login/development", RoutePolicy(.open, limit: IdentityLimits.logins)) { request in
            try await PageError.shown { try await signIn(request) }
        }
    }

    private func signIn(_ request: APIRequest) async throws -> APIResponse {
        guard isOffered else { throw APIError.notFound("There is nothing at this address.") }
        guard Self.isDirect(request) else {
            throw PageError(
                .forbidden,
                LoginPages.problem(
                    "Not from elsewhere",
                    "This sign-in asks for no proof, so it is for the person at this machine alone.",
                    retry: nil
                )
            )
        }
        let form = FormFields(request.body)
        guard steps.isOurs(form, request) else { throw PageError(.forbidden, LoginSteps.foreignForm) }
        let intent = try steps.intent(handle: form["handle"], redirect: form["redirect"])
        let outcome = try await steps.flow.finish(.developer, intent.requested, request)
        return steps.end(
            outcome,
            .developer,
            intent,
            form: LoginPages.ChoiceForm(
                method: "post",
                action: "/login/development",
                fields: intent.fields.filter { $0.name != "handle" } + [("seal", form["seal"] ?? "")],
                target: LoginPages.formTarget(intent)
            )
        )
    }

    /// Whether nothing stands between the service and a browser on this machine, and the form is from a page of this
    /// machine: a stranger's host name that leads here is an origin of its own.
    static func isDirect(_ request: APIRequest) -> Bool {
        let isForwarded = request.headers.contains { field in
            let name = field.name.canonicalName
            return name.hasPrefix("x-forwarded-") || forwarding.contains(name)
        }
        guard !isForwarded, ["127.0.0.1", "::1"].contains(request.clientAddress) else { return false }
        return request.headers[.origin].flatMap { RedirectTarget($0, origins: []) }?.isLoopback == true
    }

    private static let forwarding: Set<String> = [
        "forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip",
        "fastly-client-ip", "x-original-forwarded-for", "x-original-host",
    ]
}
