import Contracts

/// Whom a reader does not see: those who blocked them or whom they blocked, and those who wish not to be seen.
struct HiddenPeople: Sendable {
    let blocks: @Sendable () -> (any BlockList)?
    let visibility: @Sendable () -> (any Visibility)?

    /// Those among the folded keys whom `viewer` (`nil` without a token) must not see.
    func among(_ handles: [String], from viewer: String?) async throws -> Set<String> {
        var hidden: Set<String> = []
        if let viewer, let blocks = blocks() { hidden = try await blocks.hidden(from: viewer) }
        if let visibility = visibility() {
            hidden.formUnion(try await visibility.invisible(among: handles, to: viewer))
        }
        return hidden.intersection(handles)
    }

    func isHidden(_ handle: String, from viewer: String?) async throws -> Bool {
        guard handle != viewer else { return false }
        return try await among([handle], from: viewer).contains(handle)
    }
}
