import Contracts
import JSONText
import Kernel
import Postgres
import ServiceSettings

/// Streaks, achievements and leaderboards: what follows from what people do.
struct ActivityArea: Area {
    static let settings = [
        SettingDeclaration(
            key: "engagement.streak_writes_per_minute",
            type: .int(0...1_000_000),
            default: "30",
            description: "Check-ins and changes of the showcase a handle may make per minute; 0 for no limit",
            owner: "engagement"
        )
    ]

    private let database: PostgresClient
    private let services: KernelServices
    private let people: People
    private let hidden: HiddenPeople
    private let profiles: @Sendable () -> (any PublicProfiles)?

    init(_ registrar: ModuleRegistrar) throws {
        database = registrar.database
        services = registrar.services
        people = try People(registrar)
        // Their providers may start later.
        hidden = HiddenPeople(
            blocks: { registrar.capability((any BlockList).self) },
            visibility: { registrar.capability((any Visibility).self) }
        )
        profiles = { registrar.capability((any PublicProfiles).self) }
    }

    func register(in registrar: ModuleRegistrar) {
        let streaks = PostgresStreakStore(database: database)
        let boards = LeaderboardStore(database: database)
        let achievements = AchievementStore(database: database)
        let readers = StreakReaders(streaks: streaks, days: streaks, directory: people.directory, clock: services.clock)

        StreakRoutes(people: people, readers: readers, boards: boards, hidden: hidden).register(in: registrar)
        GrowthRoutes(
            people: people,
            readers: readers,
            boards: boards,
            achievements: achievements,
            hidden: hidden,
            profiles: profiles
        ).register(in: registrar)
        AchievementRoutes(people: people, readers: readers, achievements: achievements, hidden: hidden)
            .register(in: registrar)
        LeaderboardRoutes(people: people, boards: boards, hidden: hidden, clock: services.clock).register(in: registrar)

        handleEvents(registrar)
        let counter = ActivityCounter(database: database, directory: people.directory, services: services)
        // Every instance looks; who finds the lock taken leaves it to the other. A lease would outlive a killed
        // instance.
        registrar.job("count_activity", every: .milliseconds(500), scope: .everyInstance) { try await counter.run() }
        let clock = services.clock
        registrar.job("forget_periods", every: .seconds(3_600), scope: .oneInstance) {
            try await boards.forget(on: PostgresDate(utc: clock.now))
        }
        registrar.stats {
            [
                ("active_today", .int(try await streaks.dailyFigures(on: PostgresDate(utc: clock.now)).people)),
                ("active_streaks", .int(try await boards.people(on: .streaks, .all))),
            ]
        }
        registrar.profile { handle, _ in
            try await ActivityProfile(readers: readers, achievements: achievements).fields(of: handle)
        }
    }

    private func handleEvents(_ registrar: ModuleRegistrar) {
        let services = services
        let log = ActivityLog(directory: people.directory)
        registrar.handle(PersonActive.self, as: "count_presence") { event, transaction in
            try await log.append(.presence, event.handle, on: event.day, in: transaction)
        }
        registrar.handle(MessageSent.self, as: "count_message") { event, transaction in
            try await log.append(.message, event.from, on: event.day, in: transaction)
        }
        registrar.handle(BoardPosted.self, as: "count_post") { event, transaction in
            // Clients post ships as `shipped`.
            let kind: ActivityKind = ["ship", "shipped"].contains(event.category) ? .ship : .post
            try await log.append(kind, event.author, on: event.day, in: transaction)
        }
        registrar.handle(GameFinished.self, as: "count_game") { event, transaction in
            for player in event.players {
                try await log.append(.game, player.handle, on: player.day, in: transaction)
            }
        }
        registrar.handle(InviteRedeemed.self, as: "count_invite") { event, transaction in
            let today = PostgresDate(utc: services.clock.now)
            let fact = ActivityFact(handle: event.inviter, kind: .invite, day: today)
            try await log.append(fact, in: transaction)
        }
        registrar.handle(HandleRegistered.self, as: "note_founder") { event, transaction in
            guard let number = event.genesisNumber else { return }
            try await log.append(ActivityFact(handle: event.handle, kind: .founder, number: number), in: transaction)
        }
        registrar.handle(ProfileChanged.self, as: "recheck_streak") { event, transaction in
            try await log.append(ActivityFact(handle: event.handle, kind: .recheck), in: transaction)
        }
    }

    func export(_ handle: String) async throws -> [(String, JSON)] {
        try await ActivityHistory(database: database).export(handle)
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await ActivityHistory.erase(handle, in: transaction)
    }
}
