import Postgres

/// The projection by which people are found.
protocol DiscoveryStore: Sendable {
    /// Makes whoever else brings this person up to date wait for the end of the transaction, and their erasure too.
    ///
    /// - Returns: whether there is such a handle (any more).
    func lock(_ handle: String, in transaction: PostgresTransaction) async throws -> Bool

    /// Writes the rows of a person, all of them anew, and forgets words by which nobody can be found any more.
    func write(_ entry: DiscoveryEntry, in transaction: PostgresTransaction) async throws

    /// Removes a person's rows, and the words by which nobody else can be found.
    func remove(_ handle: String, in transaction: PostgresTransaction) async throws

    /// People and agents, and whether they have a row, in the order of their handles.
    func handles(after: String, limit: Int) async throws -> [(handle: String, isIndexed: Bool)]

    /// Writes what `entries` gives, in one transaction. It is handed a function that says which of some handles nobody
    /// else is at, and that keeps others from them.
    func fill(
        _ entries: @Sendable (_ free: @Sendable ([String]) async throws -> [String]) async throws -> [DiscoveryEntry]
    ) async throws

    func filling() async throws -> Filling
    func setFilling(_ filling: Filling) async throws

    /// Adds hours in which people were here. Rows that know them already are not written.
    func noteHours(_ hours: [(handle: String, hours: ActiveHours)], period: Int32) async throws

    /// Those of the handles who registered after this time.
    func newcomers(among handles: [String], since: PostgresTimestamp) async throws -> Set<String>
}
