public import Postgres

/// Claims handles for modules that let people in, an invite for one. Provided by Identity.
public protocol HandleClaims: Sendable {
    /// Claims a free handle by the same rules as registering, and gives out its first token.
    ///
    /// - Parameter statements: run in the transaction of the claim, before it. One that fails undoes the claim and is thrown
    ///   as it is.
    /// - Throws: what registering answers when the name may not be had, fit to be sent to the client.
    func claim(_ handle: Handle, with statements: [PostgresQuery]) async throws -> ClaimedHandle
}

/// A handle that was claimed a moment ago.
public struct ClaimedHandle: Sendable {
    public let person: Person
    /// The token: shown to its owner now and never again.
    public let token: String
    public let sessionID: String
    public let genesisNumber: Int?

    public init(person: Person, token: String, sessionID: String, genesisNumber: Int?) {
        self.person = person
        self.token = token
        self.sessionID = sessionID
        self.genesisNumber = genesisNumber
    }
}
