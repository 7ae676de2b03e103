import Postgres

/// What the kernel's own tables hold about a handle, and how it goes.
enum KernelErasure {
    /// Removes the answers kept for the handle's requests and the events that name it, dead letters included: whoever
    /// would be told of them is told of a person that is gone. Answers to requests without a token, which are kept by
    /// address, go if they name the handle. Limits hold keyed hashes only, and lapse.
    static func statements(for handle: String) -> [PostgresQuery] {
        [
            "DELETE FROM idempotency_keys WHERE scope = \(handle)",
            """
            DELETE FROM idempotency_keys
            WHERE scope LIKE 'address:%' AND position(\(Array("\"\(handle)\"".utf8)) IN answer) > 0
            """,
            "DELETE FROM outbox WHERE position(\("\"\(handle)\"") IN payload::text) > 0",
        ]
    }
}
