/// Whether the database answers: a real round trip, at most four a second, however often it is asked for.
public final class DatabaseProbe: Sendable {
    /// One round trip.
    struct Result: Sendable {
        let isReachable: Bool
        /// Of the round trip, or until it failed.
        let latency: Duration
        /// Whole and hundredths of milliseconds, as health answers give it.
        var milliseconds: Double { (latency.seconds * 1e5).rounded() / 100 }
    }

    private let cached: CachedValue<Result>

    /// - Parameter ping: a round trip with a deadline of a second: `{ try await database.read("SELECT 1", …) }`.
    public init(ping: @escaping @Sendable () async throws -> Void) {
        cached = CachedValue(lifetime: .milliseconds(250)) {
            let start = ContinuousClock.now
            // What went wrong is in the client's log and metrics; the answer is public.
            let isReachable =
                await HealthCheck(name: "database") {
                    do {
                        try await ping()
                        return nil
                    } catch {
                        return "unreachable"
                    }
                }.run() == nil
            return Result(isReachable: isReachable, latency: ContinuousClock.now - start)
        }
    }

    /// The last round trip, at most 250 ms old.
    func result() async -> Result {
        await cached.get()
    }
}
