import Contracts

/// Whom a viewer must not or does not want to see.
struct Unseen: Sendable {
    let mutes: any MuteStore
    let blocks: any BlockList

    /// Everybody blocked on either side; nobody without a token.
    func blocked(from viewer: String?) async throws -> Set<String> {
        guard let viewer else { return [] }
        return try await blocks.hidden(from: viewer)
    }

    /// Those and whom the viewer muted.
    func blockedOrMuted(from viewer: String?) async throws -> Set<String> {
        guard let viewer else { return [] }
        async let muted = mutes.muted(by: viewer)
        return try await blocked(from: viewer).union(try await muted)
    }
}
