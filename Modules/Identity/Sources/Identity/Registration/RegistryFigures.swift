import JSONText
import Kernel
import Postgres

/// The module's figures for `/api/stats` (original-api.md, 1.14). The kernel asks for them every few seconds at most.
struct RegistryFigures: Sendable {
    let registrations: any RegistrationStore
    let presence: any PresenceStore
    let board: PresenceBoard
    let genesis: GenesisRules
    let clock: WallClock

    func members() async throws -> [(String, JSON)] {
        let now = clock.now
        // One row, kept by the claims themselves.
        let totals = try await registrations.totals()
        // The table lacks the last second of this instance.
        let active = max(try await presence.activeCount(at: now), board.activeCount(at: now))
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
}
