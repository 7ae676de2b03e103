/// What can go wrong between a caller and the database.
///
/// ``description`` is safe to log: it never holds values, texts of messages or secrets. ``debugDetail`` holds all
/// that is known, the server's own words included, and may quote data.
public struct PostgresError: Error, Sendable {
    /// The kinds of failure, apart by what a caller can do about them.
    public enum Kind: Hashable, Sendable {
        /// The server refused the statement. Nothing of it took effect.
        case server(SQLState)
        /// The connection could not be made, or broke; if it broke, the statement did not take effect.
        case connection
        /// No connection became free in time. Nothing was sent: safe to try again.
        case unavailable
        /// The connection broke after a write was sent: it may have taken effect, or not.
        case unknownOutcome
        /// The deadline passed. If the statement was sent, it may still take effect.
        case deadline(sent: Bool)
        /// The calling task was cancelled. A statement already sent may still take effect.
        case cancelled
        /// A value has no form in Postgres. Nothing was sent.
        case encoding
        /// A column does not hold what the caller asked for.
        case decoding
        /// The client was shut down.
        case closed
        /// The settings are wrong.
        case configuration
        /// The call does not fit the connection's state, such as a query in the middle of a COPY.
        case misuse
    }

    private let storage: Storage

    private final class Storage: Sendable {
        let kind: Kind
        let message: String
        let server: ServerMessage?

        init(kind: Kind, message: String, server: ServerMessage?) {
            self.kind = kind
            self.message = message
            self.server = server
        }
    }

    init(_ kind: Kind, _ message: String, server: ServerMessage? = nil) {
        storage = Storage(kind: kind, message: message, server: server)
    }

    /// What failed.
    public var kind: Kind { storage.kind }

    /// The server's code; `nil` if the failure is not the server's.
    public var sqlState: SQLState? { storage.server?.sqlState }

    /// The constraint that was broken.
    public var constraint: String? { storage.server?.constraint }

    /// The schema of the table or type concerned.
    public var schema: String? { storage.server?.schema }

    /// The table concerned.
    public var table: String? { storage.server?.table }

    /// The column concerned.
    public var column: String? { storage.server?.column }

    /// Where in the SQL text the error lies: characters, counted from 1.
    public var position: Int? { storage.server?.position }

    /// Whether the same call may well succeed if made again, and does no harm if it is.
    public var isRetryable: Bool {
        switch kind {
        case .server(let state): state.isTransient
        case .connection, .unavailable, .deadline(sent: false): true
        default: false
        }
    }

    /// Everything known, for a developer's eyes: it may quote values.
    public var debugDetail: String {
        guard let server = storage.server else { return "\(kind): \(storage.message)" }
        return "\(kind): \(server.debugDetail)"
    }
}

extension PostgresError: CustomStringConvertible {
    /// One line without data: the kind, the code, and the names of what is concerned.
    public var description: String {
        guard let server = storage.server else { return storage.message }
        var line = storage.message.isEmpty ? "the database refused the statement" : storage.message
        line += " (SQLSTATE \(server.sqlState)"
        if let constraint { line += ", constraint \(constraint)" }
        if let table { line += ", table \(table)" }
        if let column { line += ", column \(column)" }
        if let position { line += ", position \(position)" }
        return line + ")"
    }
}

extension PostgresError {
    static func encoding(_ reason: String) -> Self { .init(.encoding, reason) }
    static func decoding(_ reason: String) -> Self { .init(.decoding, reason) }
    static func unavailable(_ reason: String) -> Self { .init(.unavailable, reason) }
    static func connection(_ reason: String) -> Self { .init(.connection, reason) }
    static func misuse(_ reason: String) -> Self { .init(.misuse, reason) }
    static func deadline(sent: Bool) -> Self {
        .init(
            .deadline(sent: sent),
            sent ? "the deadline passed while the statement ran" : "the deadline passed before the statement was sent"
        )
    }
    static var cancelled: Self { .init(.cancelled, "the calling task was cancelled") }
    static var closed: Self { .init(.closed, "the Postgres client is shut down") }
    static var unknownOutcome: Self {
        .init(.unknownOutcome, "the connection broke while a write was under way: it may have taken effect")
    }
}
