import Contracts
import Kernel

/// Notes at which hours people are here, by looking who is.
struct HourSampling: Sendable {
    let store: any DiscoveryStore
    let presence: any LivePresence
    let clock: WallClock

    /// From one look to the next. Presence reaches back two hours, so that none is missed.
    static let interval: Duration = .seconds(1_200)
    /// People in one look: the latest.
    private static let limit = 10_000
    private static let batch = 500

    func sample() async throws {
        var rest = await presence.here(limit: Self.limit)[...]
        while !rest.isEmpty {
            let people = rest.prefix(Self.batch)
            rest = rest.dropFirst(Self.batch)
            try await store.noteHours(
                people.map { ($0.handle, ActiveHours(at: $0.lastSeen)) },
                period: ActiveHours.period(at: clock.now)
            )
        }
    }
}
