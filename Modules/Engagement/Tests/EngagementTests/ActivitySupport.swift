import Contracts
import Foundation
import JSONText
import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

@testable import Engagement

/// Raises events in the place of the modules that would, and hears what Engagement raises.
final class StandInEvents: FeatureModule {
    private let services = Mutex<KernelServices?>(nil)
    private let heard = Mutex<(extended: [StreakExtended], earned: [AchievementEarned])>(([], []))

    let manifest = ModuleManifest(name: "stand_in_events", summary: "Events for tests", optional: ["engagement"])
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        services.withLock { $0 = registrar.services }
        registrar.handle(StreakExtended.self, as: "hear_streak") { event, _ in
            self.heard.withLock { $0.extended.append(event) }
        }
        registrar.handle(AchievementEarned.self, as: "hear_achievement") { event, _ in
            self.heard.withLock { $0.earned.append(event) }
        }
    }

    var extended: [StreakExtended] { heard.withLock { $0.extended } }
    var earned: [String] { heard.withLock { $0.earned }.map { "\($0.handle) \($0.achievement)" }.sorted() }

    /// Publishes events in one transaction.
    func raise(_ events: [any DomainEvent]) async throws {
        let services = try #require(services.withLock { $0 })
        let batch = events.flatMap { Self.statements($0, services.events) }
        _ = try await services.database.write(batch)
        services.events.committed(batch)
    }

    private static func statements(_ event: some DomainEvent, _ publisher: EventPublisher) -> [PostgresQuery] {
        publisher.statements(for: event)
    }
}

/// The service with Engagement, and events raised by hand.
func withActivity(
    settings: [String: String] = [:],
    clock: ManualClock = ManualClock(),
    extra: [any FeatureModule] = [],
    _ body: (EngagementService, StandInEvents) async throws -> Void
) async throws {
    let events = StandInEvents()
    try await withEngagement(settings: settings, clock: clock, extra: [events] + extra) { service in
        try await body(service, events)
    }
}

/// Engagement with the modules that it meets, for tests that start services themselves.
func engagementModules(_ standIns: StandIns = StandIns()) -> [any FeatureModule] {
    [StandInIdentity(people), standIns, EngagementModule()]
}

func active(_ handle: String, _ day: String) -> PersonActive {
    PersonActive(handle: handle, day: day, isAgent: false)
}

func message(_ handle: String, _ day: String, id: String = "m") -> MessageSent {
    MessageSent(id: id, from: handle, to: "eve", day: day)
}

extension EngagementService {
    /// Waits until everything raised and appended is counted.
    func settled() async throws {
        try await eventually("all is counted") {
            let waiting = try await value(
                """
                SELECT (SELECT count(*) FROM outbox WHERE dead_at IS NULL) + (SELECT count(*) FROM activity_inbox)
                """
            )
            return waiting == 0
        }
    }

    /// Scores by handle, as the table has them.
    func scores(_ board: Board, _ period: String = "all") async throws -> [String: Int64] {
        let rows = try await database.read(
            """
            SELECT handle, score FROM leaderboard_scores
            WHERE board = \(board.rawValue) AND period = \(period)
            """
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.string(0), $0.int64(1)) })
    }

    /// Lines for counts that differ from the scores; none when each says how many people there are.
    func wrongCounts() async throws -> [String] {
        try await database.read(
            """
            SELECT coalesce(real.board, kept.board) || ' ' || coalesce(real.period, kept.period) || ' level '
                || coalesce(real.level, kept.level) || ' bucket ' || coalesce(real.bucket, kept.bucket)
            FROM (
                SELECT board, period, level::int2, score >> (8 * level) AS bucket, count(*) AS people
                FROM leaderboard_scores, generate_series(0, 2) AS level
                GROUP BY board, period, level, bucket
            ) AS real
            FULL JOIN leaderboard_counts AS kept USING (board, period, level, bucket)
            WHERE real.people IS DISTINCT FROM kept.people
            """
        ).map { $0.string(0) }
    }
}

/// Identity for tests in which somebody moves: one person, ada, and her time zone.
final class Mover: FeatureModule {
    let directory = MovingDirectory(zone: "UTC")
    let manifest = ModuleManifest(name: "identity", summary: "One person who moves", tables: ["handles"])
    let migrations = [
        Migration(
            name: "0001_handles",
            sql: """
                CREATE TABLE handles (handle text PRIMARY KEY, shown text NOT NULL, kind text NOT NULL DEFAULT 'human');
                INSERT INTO handles (handle, shown) VALUES ('ada', 'ada');
                """
        )
    ]
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        registrar.provide(directory, as: (any PeopleDirectory).self)
        registrar.provide(directory, as: (any Authenticator).self)
    }
}

final class MovingDirectory: PeopleDirectory, Authenticator {
    private let zone: Mutex<String>

    init(zone: String) {
        self.zone = Mutex(zone)
    }

    func move(to zone: String) { self.zone.withLock { $0 = zone } }

    func person(_ key: String) async throws -> Person? {
        guard key == "ada" else { return nil }
        return Person(handle: "ada", shown: "ada", kind: .human, timeZone: zone.withLock { $0 })
    }

    func people(_ keys: some Collection<String> & Sendable) async throws -> [String: Person] {
        guard keys.contains("ada"), let ada = try await person("ada") else { return [:] }
        return ["ada": ada]
    }

    func personOrPlaceholder(_ handle: Handle, madeBy sender: String) async throws -> Person {
        Person(handle: handle.key, shown: handle.spelling, kind: .placeholder)
    }

    func day(of person: Person, at instant: PostgresTimestamp) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: person.timeZone) ?? .gmt
        let date = Date(timeIntervalSince1970: Double(instant.microseconds) / 1_000_000)
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        return PostgresDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)?.text ?? ""
    }

    func authenticate(_ token: String) async throws -> Principal? { nil }
}
