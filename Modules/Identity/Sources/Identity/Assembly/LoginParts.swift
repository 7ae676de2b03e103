import Foundation
import Kernel
import Logging
import Postgres
import ServiceSettings

/// The parts for signing in through pages: GitHub, e-mailed links, the page of development; and mail.
struct LoginParts: Sendable {
    /// What a register after a sign-in shows.
    let grantProof: GrantProof
    private let store: any LoginStore
    private let mail: any MailStore
    private let delivery: MailDelivery?
    private let loginRoutes: LoginRoutes
    private let linkRoutes: EmailLinkRoutes
    private let developmentRoute: DevelopmentSignInRoute

    /// - Throws: `StartFailure` for settings that make no sense together.
    init(_ registrar: ModuleRegistrar, registration: Registration, people: PeopleCache) throws {
        let services = registrar.services
        let settings = try LoginSettings(services.settings)
        let host = URL(string: settings.publicURL)?.host() ?? "localhost"
        let audit = PostgresAuditLog()
        let addressHash = AddressHash(services.secret)
        let limiter = ExactLimiter(services: services)
        let mail = PostgresMailStore(database: services.database)
        let store = PostgresLoginStore(database: services.database)
        self.mail = mail
        self.store = store

        let sender = try MailSettings.sender(services.settings)
        delivery = try MailSettings.mailer(services.settings, host: host).map { mailer in
            MailDelivery(
                store: mail,
                mailer: mailer,
                sender: sender,
                ids: services.ids,
                clock: services.clock,
                logger: registrar.logger
            )
        }
        let gitHub = try GitHubSettings(services.settings).map { gitHub in
            GitHubClient(
                settings: gitHub,
                callback: settings.publicURL + "/api/auth/callback",
                key: services.secret.key(for: "identity.pkce_verifiers")
            )
        }
        let steps = LoginSteps(
            settings: settings,
            flow: LoginFlow(
                store: store,
                registration: registration,
                people: people,
                audit: audit,
                addressHash: addressHash,
                limiter: limiter
            ),
            seal: FormSeal(services.secret),
            ids: services.ids
        )
        grantProof = GrantProof(store: store, addressHash: addressHash, settings: settings)
        loginRoutes = LoginRoutes(
            steps: steps,
            store: store,
            gitHub: gitHub,
            hasMail: delivery != nil,
            audit: audit,
            addressHash: addressHash
        )
        linkRoutes = EmailLinkRoutes(
            steps: steps,
            store: PostgresEmailLinkStore(database: services.database),
            letters: delivery.map { _ in
                LoginLetters(publicURL: settings.publicURL, host: host, ids: services.ids)
            },
            people: people,
            audit: audit,
            addressHash: addressHash,
            limiter: limiter
        )
        developmentRoute = DevelopmentSignInRoute(
            steps: steps,
            isOffered: settings.isDevelopment && gitHub == nil
        )
    }

    func addRoutes(to registrar: ModuleRegistrar) {
        loginRoutes.add(to: registrar)
        linkRoutes.add(to: registrar)
        developmentRoute.add(to: registrar)
    }

    func addJobs(to registrar: ModuleRegistrar) {
        guard let delivery else { return }
        registrar.job("mail", every: .seconds(1), scope: .everyInstance) { try await delivery.run() }
    }

    /// Removes what is over. What became of mail is kept for a month, so that somebody can ask.
    func sweep(at now: PostgresTimestamp) async throws {
        try await store.removeLapsed(before: PostgresTimestamp(microseconds: now.microseconds - 3_600 * 1_000_000))
        let month: Int64 = 30 * 86_400 * 1_000_000
        try await mail.removeEnded(before: PostgresTimestamp(microseconds: now.microseconds - month))
    }
}
