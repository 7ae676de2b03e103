import Contracts
import JSONText
import Kernel
import Postgres

/// How people find each other: profiles, suggestions, serendipity and Explore, joined.
struct DiscoveryParts: Sendable {
    private let index: DiscoveryIndex
    private let hours: HourSampling
    private let visibility: PeopleVisibility
    private let data: ProfileDataStore
    private let profileRoutes: ProfileRoutes
    private let suggestionRoutes: SuggestionRoutes
    private let serendipityRoutes: SerendipityRoutes
    private let exploreRoutes: ExploreRoutes

    init(_ registrar: ModuleRegistrar, _ connections: ConnectionParts) throws {
        let services = registrar.services
        let (database, clock) = (services.database, services.clock)
        let names = connections.names
        let people = try registrar.require((any PublicProfiles).self)
        let presence = try registrar.require((any LivePresence).self)
        let profiles = PostgresProfileStore(database: database)
        let discovery = PostgresDiscoveryStore(database: database)
        let suggestions = PostgresSuggestionStore(database: database)
        let unseen = Unseen(mutes: connections.mutes, blocks: connections.blocks)
        index = DiscoveryIndex(store: discovery, profiles: profiles, people: people, clock: clock)
        hours = HourSampling(store: discovery, presence: presence, clock: clock)
        visibility = PeopleVisibility(store: profiles, clock: clock)
        data = ProfileDataStore(database: database, profiles: profiles)
        profileRoutes = ProfileRoutes(
            store: profiles,
            visibility: visibility,
            names: names,
            unseen: unseen,
            page: ProfilePage(people: people, presence: presence, hooks: services.people, clock: clock),
            events: services.events
        )
        suggestionRoutes = SuggestionRoutes(
            suggester: Suggester(store: suggestions, directory: names.directory, clock: clock),
            store: suggestions,
            people: people,
            profiles: profiles,
            names: names,
            clock: clock
        )
        serendipityRoutes = SerendipityRoutes(
            presence: presence,
            visibility: visibility,
            unseen: unseen,
            store: discovery,
            directory: names.directory,
            clock: clock
        )
        exploreRoutes = ExploreRoutes(
            explorer: Explorer(store: PostgresExploreStore(database: database), clock: clock),
            people: people,
            unseen: unseen
        )
    }

    func register(in registrar: ModuleRegistrar) {
        profileRoutes.register(in: registrar)
        suggestionRoutes.register(in: registrar)
        serendipityRoutes.register(in: registrar)
        exploreRoutes.register(in: registrar)
        registrar.provide(visibility, as: (any Visibility).self)
        registrar.handle(HandleRegistered.self, as: "index_registered") { [index] event, transaction in
            try await index.refresh(event.handle, in: transaction)
        }
        registrar.handle(ProfileChanged.self, as: "index_profile") { [index] event, transaction in
            try await index.refresh(event.handle, in: transaction)
        }
        registrar.handle(PersonActive.self, as: "index_activity") { [index] event, transaction in
            try await index.refresh(event.handle, in: transaction)
        }
        registrar.job("fill_discovery", every: .seconds(60), scope: .oneInstance) { [index] in
            try await index.fill()
        }
        registrar.job("note_hours", every: HourSampling.interval, scope: .oneInstance) { [hours] in
            try await hours.sample()
        }
    }

    /// A part of the module's export.
    func export(_ handle: String) async throws -> JSON {
        try await data.export(handle)
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await data.erase(handle, in: transaction)
    }
}
