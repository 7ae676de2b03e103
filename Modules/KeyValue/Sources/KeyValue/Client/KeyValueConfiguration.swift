/// Where the store is, and how a client uses it.
public struct KeyValueConfiguration: Sendable {
    let address: KeyValueAddress

    /// Connections over RESP, at most. Commands of many tasks share them, each sent as soon as it comes.
    public var connections = 4

    /// How long making one connection may take, TLS and password included.
    public var connectTimeout: Duration = .seconds(5)

    /// How long a call may take, with all its attempts and pauses, if it does not say.
    public var timeout: Duration = .seconds(10)

    /// Attempts after the first one.
    public var retries = 4

    /// The pause before the second attempt; doubled after each further one, and varied by chance.
    public var backoffMinimum: Duration = .milliseconds(50)

    /// The longest pause between attempts, unless the server asks for a longer one.
    public var backoffMaximum: Duration = .seconds(2)

    /// Bytes in the answer to one command (over REST: to one request), at most.
    public var maximumReplyBytes = 64 << 20

    /// A file with the certificates (PEM) that are trusted in place of the system's.
    public var trustedCertificates: String?

    /// Checks the address and takes the defaults.
    ///
    /// - Parameters:
    ///   - url: `redis://` or `rediss://` (TLS) with `user:password@host:port/database`, or the `https://` address of
    ///     a REST interface such as Upstash's. `http://` is for loopback only, since the token would be readable.
    ///   - token: for the REST interface.
    /// - Throws: ``KeyValueError`` of kind `configuration`; it quotes no part of the address that could be secret.
    public init(url: String, token: String? = nil) throws(KeyValueError) {
        address = try KeyValueAddress(url: url, token: token)
    }
}

extension KeyValueConfiguration: CustomStringConvertible {
    /// The transport, host and port; never the password or token.
    public var description: String { "KeyValueConfiguration(\(address))" }
}
