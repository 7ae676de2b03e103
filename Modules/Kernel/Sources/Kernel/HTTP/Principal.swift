public import Contracts

/// Who calls: what a valid token says.
public struct Principal: Sendable, Hashable {
    public let person: Person
    /// The session or API key that the token belongs to.
    public let sessionID: String
    /// What an API key is limited to; `nil` for a session, which may do everything its owner may.
    public let scopes: Set<String>?

    public var handle: String { person.handle }

    public init(person: Person, sessionID: String, scopes: Set<String>? = nil) {
        self.person = person
        self.sessionID = sessionID
        self.scopes = scopes
    }
}

/// Tells whose a token is. Provided by Identity.
public protocol Authenticator: Sendable {
    /// - Returns: `nil` when the token is unknown, lapsed, revoked or malformed.
    /// - Throws: only when that cannot be found out, which answers 503.
    func authenticate(_ token: String) async throws -> Principal?
}
