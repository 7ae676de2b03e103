/// What can go wrong between a caller and the store.
///
/// ``description`` is safe to log: it never holds keys, values or secrets. ``debugDetail`` holds the server's own words,
/// which may quote them.
public struct KeyValueError: Error, Hashable, Sendable {
    /// The kinds of failure, apart by what a caller can do about them.
    public enum Kind: Hashable, Sendable {
        /// The server refused the command.
        case server(KeyValueServerCode)
        /// The key lives on another node of a cluster (`-MOVED`). This client follows no cluster: give it that address.
        case moved(to: String)
        /// The password or the token is missing or wrong.
        case authentication
        /// Too many requests: HTTP 429 after the last attempt, or a quota of the provider that is used up (then without
        /// a time). Nothing took effect.
        case limited(retryAfter: Duration?)
        /// The client's own budget of commands does not cover the request. Nothing was sent.
        case budget
        /// The server cannot be reached. Nothing was sent.
        case unavailable
        /// The server's certificate is not trusted, or TLS failed otherwise. Nothing was sent.
        case tls
        /// The connection broke before a read was answered, as often as it was tried.
        case connection
        /// A write was sent and not answered: it may have taken effect, or not.
        case unknownOutcome
        /// The deadline passed. If the request was sent, it may still take effect.
        case deadline(sent: Bool)
        /// The calling task was cancelled. A request already sent may still take effect.
        case cancelled(sent: Bool)
        /// The answer is longer than `maximumReplyBytes`.
        case tooLarge
        /// The answer does not follow the protocol.
        case protocolViolation
        /// The command cannot be sent this way. Nothing was sent.
        case encoding
        /// The call does not fit a shared connection, such as SUBSCRIBE. Nothing was sent.
        case misuse
        /// The settings are wrong.
        case configuration
        /// The client was shut down. Nothing was sent.
        case closed
    }

    /// What failed.
    public let kind: Kind
    private let message: String
    /// The server's own words; they may quote data.
    let serverText: String?

    init(_ kind: Kind, _ message: String, serverText: String? = nil) {
        self.kind = kind
        self.message = message
        self.serverText = serverText
    }

    /// Whether a write may have taken effect although it was not acknowledged.
    public var isOutcomeUnknown: Bool {
        switch kind {
        case .unknownOutcome, .deadline(sent: true), .cancelled(sent: true): true
        default: false
        }
    }

    /// Whether nothing left the client.
    var isUnsent: Bool {
        switch kind {
        case .budget, .unavailable, .tls, .deadline(sent: false), .cancelled(sent: false), .encoding, .misuse, .closed:
            true
        default: false
        }
    }

    /// Whether the same call may well succeed if made again later, and does no harm if it is.
    public var isRetryable: Bool {
        switch kind {
        case .server(let code): code.isTransient
        case .limited, .unavailable, .connection, .deadline(sent: false): true
        default: false
        }
    }

    /// Everything known, for a developer's eyes: it may quote data.
    public var debugDetail: String { "\(kind): \(serverText ?? message)" }
}

extension KeyValueError: CustomStringConvertible {
    /// One line without data.
    public var description: String { message }
}

extension KeyValueError {
    static func unavailable(_ reason: String) -> Self { Self(.unavailable, reason) }
    static func connection(_ reason: String) -> Self { Self(.connection, reason) }
    static func unknownOutcome(because cause: KeyValueError) -> Self {
        Self(.unknownOutcome, "a write was not answered, it may have taken effect: \(cause)")
    }
    static func violation(_ reason: String) -> Self { Self(.protocolViolation, reason) }
    static func encoding(_ reason: String) -> Self { Self(.encoding, reason) }
    static func misuse(_ reason: String) -> Self { Self(.misuse, reason) }
    static func configuration(_ reason: String) -> Self { Self(.configuration, reason) }
    static func tooLarge(_ limit: Int) -> Self { Self(.tooLarge, "the answer is longer than \(limit) bytes") }
    static func deadline(sent: Bool) -> Self {
        Self(.deadline(sent: sent), "the deadline passed \(sent ? "before the answer came" : "before it was sent")")
    }
    static func cancelled(sent: Bool) -> Self { Self(.cancelled(sent: sent), "the calling task was cancelled") }
    static var closed: Self { Self(.closed, "the key-value client is shut down") }
}
