import Kernel
import Postgres

/// Threads that count in no badge. An extension: only Postgres keeps them.
protocol MuteStore: Sendable {
    /// - Returns: whether `owner` has a thread with `peer`.
    func setMuted(_ isMuted: Bool, _ peer: String, of owner: String, through writer: any RequestWriter) async throws
        -> Bool
}

extension PostgresMessageStore: MuteStore {
    func setMuted(_ isMuted: Bool, _ peer: String, of owner: String, through writer: any RequestWriter) async throws
        -> Bool
    {
        let results = try await writer.write([
            "UPDATE message_threads SET muted = \(isMuted) WHERE owner = \(owner) AND peer = \(peer)"
        ])
        return results[0].affected > 0
    }
}
