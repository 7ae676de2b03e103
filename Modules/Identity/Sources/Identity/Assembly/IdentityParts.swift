import Contracts
import Kernel
import Logging
import Postgres
import ServiceSettings

/// The parts of the module, joined.
struct IdentityParts: Sendable {
    let people: PeopleCache
    private let keys: KeyParts
    private let registration: Registration
    private let feed: ChangeFeed
    private let changes: any ChangeStore
    private let sessions: any SessionStore
    private let users: any UserStore
    private let typing: any TypingStore
    private let presence: any PresenceStore
    private let registrations: any RegistrationStore
    private let board: PresenceBoard
    private let recent: RecentPresenceCache
    private let tick: PresenceTick
    private let figures: RegistryFigures
    private let data: PersonalData
    private let genesis: GenesisRules
    private let logins: LoginParts
    private let services: KernelServices
    private let logger: Logger

    init(_ registrar: ModuleRegistrar) throws {
        let services = registrar.services
        let database = services.database
        self.services = services
        logger = registrar.logger
        genesis = GenesisRules(
            cap: services.settings.int("identity.genesis_cap"),
            closes: services.settings.bool("identity.genesis_closes")
        )
        changes = PostgresChangeStore(database: database)
        sessions = PostgresSessionStore(database: database)
        users = PostgresUserStore(database: database)
        typing = PostgresTypingStore(database: database)
        presence = PostgresPresenceStore(database: database)
        registrations = PostgresRegistrationStore(database: database)
        feed = ChangeFeed(store: changes)
        people = PeopleCache(store: PostgresPeopleStore(database: database), clock: services.clock)
        let tokens = TokenAuthenticator(
            signer: TokenSigner(key: services.secret.key(for: "identity.session_tokens")),
            sessions: sessions,
            people: people,
            feed: feed,
            clock: services.clock
        )
        registration = Registration(
            store: registrations,
            people: people,
            authenticator: tokens,
            events: services.events,
            hooks: services.people,
            ids: services.ids,
            nameHash: NameHash(services.secret),
            genesis: genesis
        )
        logins = try LoginParts(registrar, registration: registration, people: people)
        recent = RecentPresenceCache(store: presence)
        board = PresenceBoard(host: .house(at: services.clock.now))
        tick = PresenceTick(
            board: board,
            store: presence,
            people: people,
            events: services.events,
            clock: services.clock,
            logger: logger
        )
        figures = RegistryFigures(
            registrations: registrations,
            presence: presence,
            board: board,
            genesis: genesis,
            clock: services.clock
        )
        data = PersonalData(
            store: PostgresPersonalDataStore(database: database),
            ids: services.ids,
            clock: services.clock,
            nameHash: NameHash(services.secret)
        )
        keys = try KeyParts(services, registration: registration, people: people, feed: feed, data: data)
    }

    // MARK: What others may ask of the module

    var authenticator: any Authenticator { keys.credentials }
    var profiles: any PublicProfiles { Profiles(store: users) }
    var livePresence: any LivePresence { BoardPresence(board: board, clock: services.clock) }
    var claims: any HandleClaims { DirectClaims(registration: registration, services: services) }

    // MARK: What the module registers

    func addRoutes(to registrar: ModuleRegistrar) {
        let heartbeats = Heartbeats(board: board, store: presence, people: people)
        let limiter = ExactLimiter(services: services)
        let register = RegisterRoute(
            registration: registration,
            people: people,
            heartbeats: heartbeats,
            proofs: [SessionProof(), logins.grantProof] + keys.proofs,
            audit: PostgresAuditLog(),
            addressHash: AddressHash(services.secret),
            limiter: limiter
        )
        PresenceRoutes(
            board: board,
            recent: recent,
            heartbeats: heartbeats,
            typing: typing,
            people: people,
            register: register,
            // Asked for when they are needed: their provider requires this module, so it registers later.
            blocks: { registrar.capability((any BlockList).self) },
            visibility: { registrar.capability((any Visibility).self) },
            clock: services.clock
        ).add(to: registrar)
        UserRoutes(
            store: users,
            people: people,
            registration: registration,
            limiter: limiter,
            events: services.events
        ).add(to: registrar)
        SessionRoutes(credentials: keys.credentials, audit: keys.audit, sessions: sessions, people: people)
            .add(to: registrar)
        WellKnownRoute(publicURL: services.settings.string("server.public_url")).add(to: registrar)
        logins.addRoutes(to: registrar)
        keys.addRoutes(to: registrar, users: users, board: board)
    }

    func addJobs(to registrar: ModuleRegistrar) {
        // Twice as often as revocations must be heard, so that one slow answer does no harm.
        registrar.job("changes", every: .milliseconds(500), scope: .everyInstance) {
            await attempt("the change feed could not be read") { try await hearChanges() }
        }
        registrar.job("presence", every: .seconds(1), scope: .everyInstance) {
            await attempt("presence could not be exchanged") { try await tick.run() }
        }
        registrar.job("session_uses", every: .seconds(5), scope: .everyInstance) {
            try await keys.credentials.writeTouches()
        }
        logins.addJobs(to: registrar)
        registrar.job("sweep", every: .seconds(600), scope: .oneInstance) { try await sweep() }
    }

    func addHooks(to registrar: ModuleRegistrar) {
        registrar.stats { try await figures.members() }
        registrar.export { try await data.export($0) }
        registrar.erase { try await data.erase($0, in: $1) }
    }

    // MARK: Life

    func warmUp() async throws {
        try await changes.forgetForeignWriters()
        try await hearChanges()
        try await tick.load()
    }

    func finish() async {
        await attempt("the last heartbeats are lost") { try await tick.flush() }
        await attempt("the last uses of sessions are lost") { try await keys.credentials.writeTouches() }
    }

    private func hearChanges() async throws {
        var changed: [String] = []
        try await feed.poll { change in
            switch change {
            case .session(let id):
                keys.credentials.forget(id)
            case .person(let handle):
                people.forget(handle)
                changed.append(handle)
            }
        } lost: {
            people.forgetAll()
            keys.credentials.forgetAll()
        }
        tick.hasChanged(changed)
        try await hide(changed)
    }

    /// Takes those who may not act any more out of the lists, without waiting for the tick.
    private func hide(_ changed: [String]) async throws {
        guard !changed.isEmpty else { return }
        recent.expire()
        for handle in changed where try await people.caller(handle) == nil { board.forget(handle) }
    }

    private func sweep() async throws {
        let now = services.clock.now
        func before(_ seconds: Int64) -> PostgresTimestamp {
            PostgresTimestamp(microseconds: now.microseconds - seconds * 1_000_000)
        }
        try await changes.removeChanges(before: before(ChangeFeed.retention.components.seconds))
        try await typing.removeEnded(before: before(60))
        // Kept for a while, so that their owner can be told about them.
        try await sessions.removeEnded(before: before(30 * 86_400))
        try await logins.sweep(at: now)
        try await keys.sweep(at: now)
    }

    /// Tries again at its usual time after a failure: the pauses of a failing job grow, and these must not.
    private func attempt(_ failure: Logger.Message, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            // Stopping is no failure; what is left is written at the end.
            guard !Task.isCancelled else { return }
            logger.warning(failure, metadata: ["cause": .string(SafeCause.text(error))])
        }
    }
}

extension PresenceState {
    /// The account of the house, which greets newcomers and is always here.
    static func house(at now: PostgresTimestamp) -> PresenceState {
        var state = PresenceState(
            handle: "vibe",
            profile: Profile(shown: "vibe", kind: .system, operatedBy: "system"),
            seen: PostgresTimestamp(microseconds: 0)
        )
        state.workingOn = "Welcoming newcomers"
        return state
    }
}
