import JSONText
import Kernel
import Postgres
import Synchronization

/// The module's figures for `/api/stats` (original-api.md, 1.14), asked for at most every five seconds.
final class RegistryFigures: Sendable {
    private let registrations: any RegistrationStore
    private let presence: any PresenceStore
    private let board: PresenceBoard
    private let genesis: GenesisRules
    private let clock: WallClock
    private let cached = Mutex<(active: Int, until: PostgresTimestamp)?>(nil)

    private static let lifetime: Int64 = 5 * 1_000_000

    init(
        registrations: any RegistrationStore,
        presence: any PresenceStore,
        board: PresenceBoard,
        genesis: GenesisRules,
        clock: WallClock
    ) {
        self.registrations = registrations
        self.presence = presence
        self.board = board
        self.genesis = genesis
        self.clock = clock
    }

    func members() async throws -> [(String, JSON)] {
        let now = clock.now
        // One row, kept by the claims themselves.
        let totals = try await registrations.totals()
        let active = max(try await storedActive(at: now), board.activeCount(at: now))
        let left = max(genesis.cap - totals.genesis, 0)
        return [
            ("total_registered", .int(totals.registered)),
            ("users", .int(totals.registered)),
            ("active_now", .int(active)),
            (
                "genesis",
                [
                    "total": .int(totals.genesis), "genesis_cap": .int(genesis.cap), "genesis_remaining": .int(left),
                    "genesis_open": .bool(left > 0),
                    "message": .string(left > 0 ? "\(left) founding handles left" : "All founding handles are taken"),
                ]
            ),
        ]
    }

    private func storedActive(at now: PostgresTimestamp) async throws -> Int {
        if let held = cached.withLock({ $0 }), held.until > now { return held.active }
        let active = try await presence.activeCount(at: now)
        cached.withLock { $0 = (active, PostgresTimestamp(microseconds: now.microseconds + Self.lifetime)) }
        return active
    }
}
