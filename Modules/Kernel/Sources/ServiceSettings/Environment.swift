extension Settings {
    /// Where the service runs; `VIBE_ENV` says it. Nested, because Hummingbird has an `Environment` too.
    public enum Environment: String, Sendable, CaseIterable {
        /// One person's machine. The default, so that only this one may be lax.
        case development
        /// Automated tests.
        case test
        /// A rehearsal of production.
        case staging
        /// The real thing.
        case production
    }
}
