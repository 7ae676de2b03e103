import Synchronization

/// Where the service is in its life. It only goes forward: what drains never becomes ready again.
public final class ServiceState: Sendable {
    public enum Phase: UInt8, Sendable, Comparable, CustomStringConvertible {
        case starting, ready, draining

        public var description: String {
            switch self {
            case .starting: "starting"
            case .ready: "ready"
            case .draining: "draining"
            }
        }

        public static func < (one: Phase, other: Phase) -> Bool { one.rawValue < other.rawValue }
    }

    private let current = Atomic<UInt8>(Phase.starting.rawValue)
    private let schemaValid = Atomic<Bool>(false)

    public init() {}

    public var phase: Phase { Phase(rawValue: current.load(ordering: .acquiring)) ?? .draining }

    /// Whether the database's schema was found to be the one this build wants.
    public var isSchemaValid: Bool { schemaValid.load(ordering: .acquiring) }

    /// The schema was migrated or validated.
    public func schemaIsValid() {
        schemaValid.store(true, ordering: .releasing)
    }

    /// Requests are answered.
    public func ready() {
        advance(to: .ready)
    }

    /// The service is stopping: `/readyz` tells the load balancer, requests under way are finished.
    public func drain() {
        advance(to: .draining)
    }

    private func advance(to phase: Phase) {
        current.max(phase.rawValue, ordering: .acquiringAndReleasing)
    }
}
