/// What every module may know of a handle without asking the database: kept in memory by Identity.
public struct Person: Hashable, Sendable {
    /// Who stands behind a handle; `handles.kind`.
    public enum Kind: String, Hashable, Sendable {
        case human, agent, system, placeholder, erased
    }

    /// The folded key.
    public let handle: String
    /// The spelling that people see.
    public let shown: String
    public let kind: Kind
    /// The person's IANA time zone, `UTC` until set.
    public let timeZone: String

    public var isAgent: Bool { kind == .agent }

    public init(handle: String, shown: String, kind: Kind, timeZone: String = "UTC") {
        self.handle = handle
        self.shown = shown
        self.kind = kind
        self.timeZone = timeZone
    }
}
