public import Postgres

/// What people say of themselves, for lists and profiles. Provided by Identity; one query for all that are asked for.
public protocol PublicProfiles: Sendable {
    /// The profiles of these folded keys; those without a row, erased ones and placeholders are left out.
    func profiles(of keys: some Collection<String> & Sendable) async throws -> [String: PublicProfile]
}

/// What Identity tells everybody about a person.
public struct PublicProfile: Hashable, Sendable {
    public let person: Person
    /// What the person says to be building, `nil` when they say nothing.
    public let building: String?
    public let registeredAt: PostgresTimestamp
    /// When they were last seen, to within a minute; `nil` for those never seen.
    public let lastActiveAt: PostgresTimestamp?
    /// The number among the founders, `nil` for everybody else.
    public let genesisNumber: Int?
    /// `none`, or who vouches for the person.
    public let verified: String
    public let githubHandle: String?
    public let xHandle: String?

    public init(
        person: Person,
        building: String?,
        registeredAt: PostgresTimestamp,
        lastActiveAt: PostgresTimestamp?,
        genesisNumber: Int?,
        verified: String = "none",
        githubHandle: String? = nil,
        xHandle: String? = nil
    ) {
        self.person = person
        self.building = building
        self.registeredAt = registeredAt
        self.lastActiveAt = lastActiveAt
        self.genesisNumber = genesisNumber
        self.verified = verified
        self.githubHandle = githubHandle
        self.xHandle = xHandle
    }
}

/// Who is here now. Provided by Identity, from memory.
public protocol LivePresence: Sendable {
    /// Everybody seen within the last two hours, latest first, at most `limit`.
    func here(limit: Int) async -> [LivePerson]
}

/// A person who is here, and at what.
public struct LivePerson: Hashable, Sendable {
    /// The folded handle.
    public let handle: String
    public let workingOn: String?
    public let file: String?
    public let branch: String?
    public let error: String?
    /// When the present stay began.
    public let firstSeen: PostgresTimestamp
    public let lastSeen: PostgresTimestamp

    public init(
        handle: String,
        workingOn: String?,
        file: String?,
        branch: String?,
        error: String?,
        firstSeen: PostgresTimestamp,
        lastSeen: PostgresTimestamp
    ) {
        self.handle = handle
        self.workingOn = workingOn
        self.file = file
        self.branch = branch
        self.error = error
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}

/// Hides people who wish not to be seen. Provided by SocialGraph; without it everybody is visible.
public protocol Visibility: Sendable {
    /// Those among the folded keys whom `viewer` (`nil` without a token) must not see in lists of people.
    func invisible(among keys: some Collection<String> & Sendable, to viewer: String?) async throws -> Set<String>
}
