import Contracts
import JSONText
import Kernel
import Logging
import Postgres
import ServiceSettings

/// What people are to each other: consent, friends, follows and mutes, joined.
struct ConnectionParts: Sendable {
    let names: Names
    let mutes: any MuteStore
    let blocks: Blocks
    let sight: Sight
    private let consent: PostgresConsentStore
    private let friends: PostgresFriendStore
    private let follows: PostgresFollowStore
    private let data: ConnectionDataStore
    private let feed: ConnectionFeed
    private let memory: ConnectionMemory
    private let logger: Logger

    init(_ registrar: ModuleRegistrar) throws {
        let database = registrar.database
        names = Names(directory: try registrar.require((any PeopleDirectory).self))
        mutes = PostgresMuteStore(database: database)
        consent = PostgresConsentStore(database: database)
        friends = PostgresFriendStore(database: database)
        follows = PostgresFollowStore(database: database)
        data = ConnectionDataStore(database: database)
        feed = ConnectionFeed(store: consent)
        memory = ConnectionMemory(feed: feed)
        blocks = Blocks(store: consent, memory: memory)
        sight = Sight(blocks: blocks, visibility: { registrar.capability((any Visibility).self) })
        logger = registrar.logger
    }

    func register(in registrar: ModuleRegistrar) {
        let services = registrar.services
        let gate = ConsentGate(
            store: consent,
            memory: memory,
            clock: services.clock,
            isEnforced: services.settings.bool(SocialGraphSettings.enforceConsent)
        )
        registrar.provide(gate, as: (any ConsentCapability).self)
        registrar.provide(blocks, as: (any BlockList).self)

        ConsentRoutes(store: consent, memory: memory, names: names).register(in: registrar)
        FriendRoutes(
            store: friends,
            names: names,
            sight: sight,
            limiter: ExactLimiter(services: services),
            profiles: { registrar.capability((any PublicProfiles).self) }
        ).register(in: registrar)
        FollowRoutes(store: follows, names: names, sight: sight).register(in: registrar)
        MuteRoutes(store: mutes, names: names).register(in: registrar)

        registrar.job("connections", every: ConnectionFeed.interval, scope: .everyInstance) { await hearChanges() }
        registrar.job("friend_codes", every: .seconds(3_600), scope: .oneInstance) {
            try await friends.removeCodes(before: services.clock.now)
        }
        registrar.profile { handle, _ in try await follows.counts(of: handle).members }
    }

    /// A part of the module's export.
    func export(_ handle: String) async throws -> JSON {
        try await data.export(handle)
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await data.erase(handle, in: transaction)
    }

    /// Tries again at its usual time after a failure: the pauses of a failing job grow, and these must not.
    private func hearChanges() async {
        do {
            try await feed.poll {
                memory.forget($0)
            } lost: {
                memory.forgetAll()
            }
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("changes of consent could not be read", metadata: ["cause": .string(SafeCause.text(error))])
        }
    }
}
