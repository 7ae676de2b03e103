public import Postgres

/// Where one migration stands.
public struct SchemaStatus: Hashable, Sendable {
    /// What is known of a migration.
    public enum State: Hashable, Sendable {
        case pending
        case applied(at: PostgresTimestamp, milliseconds: Int)
        /// Applied, and changed since.
        case edited
        /// Applied by a newer or other binary: this one has no such file.
        case unknown
    }

    public let module: String
    public let name: String
    public let state: State

    /// `module/name`, as messages name it.
    public var file: String { "\(module)/\(name)" }
}

/// What a migration under way reports.
public enum SchemaProgress: Hashable, Sendable {
    /// Another instance migrates; this one waits for it.
    case waiting
    /// A file begins, `position` of `total`, from 1.
    case applying(module: String, name: String, position: Int, total: Int)
    case applied(module: String, name: String, milliseconds: Int)
    /// A table was locked by others for too long; the file is tried again.
    case retrying(module: String, name: String, attempt: Int)
}
