/// What is known of an instance that serves a data set.
public struct InstanceLease: Hashable, Sendable {
    public let instance: String
    /// The newest epoch that it acts upon.
    public let epoch: Int
    /// Until when it may serve without renewing; afterwards it answers 503. Both sides measure by the database's clock.
    public let expires: ContinuousClock.Instant

    public init(instance: String, epoch: Int, expires: ContinuousClock.Instant) {
        self.instance = instance
        self.epoch = epoch
        self.expires = expires
    }

    /// How long a lease holds (design, section 8).
    public static let duration: Duration = .seconds(2)

    /// Whether each instance that may still serve acts upon the epoch: then the change may proceed.
    public static func allFollow(_ leases: [InstanceLease], epoch: Int, now: ContinuousClock.Instant) -> Bool {
        leases.allSatisfy { $0.epoch >= epoch || $0.expires <= now }
    }
}
