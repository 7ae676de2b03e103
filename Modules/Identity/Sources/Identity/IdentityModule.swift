import Contracts
public import Kernel
import Logging
import Postgres
public import ServiceSettings
import Synchronization

/// Who people are and who is here: handles, tokens, profiles and presence.
public final class IdentityModule: FeatureModule {
    /// Put together in `register`; the rest of the module's life needs it.
    private let parts = Mutex<IdentityParts?>(nil)

    public init() {}

    public let manifest = ModuleManifest(
        name: "identity",
        summary: "Handles, tokens, profiles and presence",
        tables: [
            "handles", "users", "sessions", "identity_changes", "registration_counter", "reserved_handles",
            "quarantined_names", "placeholder_counts", "presence", "presence_days", "typing", "github_accounts",
            "email_addresses", "login_attempts", "email_links", "login_grants", "mail_queue", "audit_log",
            "used_nonces",
            "agents", "api_keys",
        ]
    )

    public var settings: [SettingDeclaration] {
        IdentitySettings.all + IdentitySettings.logins + IdentitySettings.mail + IdentitySettings.keys
    }

    public let migrations = Migration.list(EmbeddedText.migrations)

    public let openAPI = EmbeddedText.openapi

    public func register(in registrar: ModuleRegistrar) throws {
        let parts = try IdentityParts(registrar)
        self.parts.withLock { $0 = parts }
        registrar.provide(parts.people, as: (any PeopleDirectory).self)
        registrar.provide(parts.authenticator, as: (any Authenticator).self)
        registrar.provide(parts.profiles, as: (any PublicProfiles).self)
        registrar.provide(parts.livePresence, as: (any LivePresence).self)
        registrar.provide(parts.claims, as: (any HandleClaims).self)
        registrar.provide(SigningKeyDirectory(people: parts.people), as: (any SigningKeys).self)
        parts.addRoutes(to: registrar)
        parts.addJobs(to: registrar)
        parts.addHooks(to: registrar)
    }

    /// Hears where the change feed stands before the first request, so that memory may be trusted from it on.
    public func start() async throws {
        try await parts.withLock { $0 }?.warmUp()
    }

    /// Writes the heartbeats that are still in memory.
    public func stop() async {
        await parts.withLock { $0 }?.finish()
    }
}
