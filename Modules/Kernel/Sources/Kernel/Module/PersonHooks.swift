public import JSONText
public import Postgres
import Synchronization

/// What all modules together do when a handle is claimed, shown, exported or erased: what they registered for it.
/// Identity, which owns the handles, calls it.
///
/// Empty until every module has registered.
public final class PersonHooks: Sendable {
    private let registered = Mutex(Registrations())

    public init() {}

    func set(_ registrations: Registrations) {
        registered.withLock { $0 = registrations }
    }

    private var hooks: Registrations { registered.withLock { $0 } }

    /// What belongs into the transaction in which somebody claims the handle at this time.
    public func claim(_ handle: String, at time: PostgresTimestamp) -> [PostgresQuery] {
        hooks.claims.flatMap { $0(handle, time) }
    }

    /// What the modules add to the handle's public profile, in the order in which they started.
    ///
    /// - Parameter viewer: who looks, `nil` without a token.
    public func profile(of handle: String, for viewer: String?) async throws -> [(String, JSON)] {
        var fields: [(String, JSON)] = []
        for hook in hooks.profile {
            fields += try await hook(handle, viewer)
        }
        return fields
    }

    /// Everything that is held about the handle: a member for each module.
    public func export(_ handle: String) async throws -> JSON {
        var members: [(String, JSON)] = []
        for exporter in hooks.exporters {
            members.append((exporter.module, try await exporter.body(handle)))
        }
        return .object(members)
    }

    /// Removes what is held about the handle, in the transaction that renames it: the last module first, so that the
    /// one whose row all others refer to comes last.
    public func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await transaction.query(KernelErasure.statements(for: handle))
        for eraser in hooks.erasers.reversed() {
            try await eraser.body(handle, transaction)
        }
    }
}
