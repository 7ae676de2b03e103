/// Something to do again and again.
public struct Job: Sendable {
    /// Where a job runs when there are several instances.
    public enum Scope: Sendable, Hashable {
        case everyInstance
        /// At most one instance at a time; when it dies, another takes over.
        case oneInstance
    }

    /// `module.job`.
    let name: String
    /// From the end of one run to the start of the next.
    let interval: Duration
    let scope: Scope
    let body: @Sendable () async throws -> Void
}
