import Contracts

/// Whom a viewer does not get to see: the blocked on either side, and people who do not wish to be seen.
struct Sight: Sendable {
    let blocks: any BlockList
    /// Asked for when it is needed: it is provided after the routes were registered.
    let visibility: @Sendable () -> (any Visibility)?

    /// Those among the folded keys whom `viewer`, `nil` without a token, does not see.
    func hidden(among keys: [String], from viewer: String?) async throws -> Set<String> {
        var hidden: Set<String> = []
        if let viewer { hidden = try await blocks.hidden(from: viewer).intersection(keys) }
        if let visibility = visibility() {
            hidden.formUnion(try await visibility.invisible(among: keys, to: viewer))
        }
        if let viewer { hidden.remove(viewer) }
        return hidden
    }
}
