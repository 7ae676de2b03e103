import Contracts
import Kernel
import Postgres
import ServiceSettings

/// The parts that have to do with keys, agents and one's own account.
struct KeyParts: Sendable {
    let credentials: Credentials
    let audit: AuditTrail
    /// What proves a handle besides sessions and sign-ins, in the order in which it is looked for: the safest first.
    let proofs: [any ProofFinder]
    private let keys: any KeyStore
    private let apiKeys: any APIKeyStore
    private let registration: Registration
    private let people: PeopleCache
    private let data: PersonalData
    private let services: KernelServices
    private let limiter: ExactLimiter

    init(
        _ services: KernelServices,
        registration: Registration,
        people: PeopleCache,
        feed: ChangeFeed,
        data: PersonalData
    ) throws {
        let database = services.database
        let settings = services.settings
        self.services = services
        self.registration = registration
        self.people = people
        self.data = data
        limiter = ExactLimiter(services: services)
        keys = PostgresKeyStore(database: database)
        apiKeys = PostgresAPIKeyStore(database: database)
        audit = AuditTrail(log: PostgresAuditLog(), addressHash: AddressHash(services.secret))
        credentials = Credentials(
            tokens: registration.authenticator,
            apiKeys: APIKeyAuthenticator(
                signer: APIKeySigner(key: services.secret.key(for: "identity.api_keys")),
                keys: apiKeys,
                people: people,
                feed: feed,
                clock: services.clock
            )
        )
        proofs = [
            SignatureProof(
                keys: keys,
                audit: audit,
                limiter: limiter,
                action: "register",
                acceptsUndated: settings.bool("identity.undated_agent_signatures")
            ),
            CarryOverProof(keys: keys, limiter: limiter, until: try CarryOverProof.until(settings)),
            OpenHandleProof(keys: keys, isEnabled: settings.bool("identity.legacy_open_handles")),
        ]
    }

    func addRoutes(to registrar: ModuleRegistrar, users: any UserStore, board: PresenceBoard) {
        let issuer = APIKeyIssuer(credentials: credentials, ids: services.ids)
        let migration = SignatureProof(
            keys: keys,
            audit: audit,
            limiter: limiter,
            action: "migrate",
            acceptsUndated: false
        )
        KeyRoutes(
            keys: keys,
            users: users,
            registration: registration,
            people: people,
            credentials: credentials,
            proofs: [SessionProof(), migration],
            audit: audit,
            limiter: limiter,
            events: services.events
        ).add(to: registrar)
        AgentRoutes(
            store: PostgresAgentStore(database: services.database),
            registration: registration,
            issuer: issuer,
            audit: audit,
            limiter: limiter
        ).add(to: registrar)
        APIKeyRoutes(store: apiKeys, issuer: issuer, credentials: credentials, audit: audit, limiter: limiter)
            .add(to: registrar)
        AccountRoutes(
            services: services,
            erasure: AccountErasure(services: services, data: data.store),
            people: people,
            board: board,
            audit: audit
        ).add(to: registrar)
    }

    func sweep(at now: PostgresTimestamp) async throws {
        try await keys.removeNonces(before: now)
        let month: Int64 = 30 * 86_400 * 1_000_000
        try await apiKeys.removeEnded(before: PostgresTimestamp(microseconds: now.microseconds - month))
        try await releaseRevoked(at: now)
    }

    /// Gives back the names of handles that were revoked long ago. What they wrote stays, under another name.
    private func releaseRevoked(at now: PostgresTimestamp) async throws {
        let before = PostgresTimestamp(microseconds: now.microseconds - PersonalData.quarantine)
        for handle in try await keys.revoked(before: before, limit: 100) {
            let newName = data.newName()
            try await keys.release(
                handle,
                as: newName,
                events: services.events.statements(for: ProfileChanged(handle: newName))
            )
            people.forget(handle)
        }
    }
}
