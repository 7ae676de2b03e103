import Contracts
import Kernel
import Postgres

/// Who may be suggested to whom, and who was.
protocol SuggestionStore: Sendable {
    /// What matching knows of these people; those who are in no list are left out.
    func facets(of handles: [String]) async throws -> [String: Facets]

    /// People who have something in common with the viewer: a bounded number from each source. Nobody hidden, blocked,
    /// muted, dismissed or already connected.
    func candidates(for viewer: Facets, kinds: [Person.Kind]) async throws -> [Candidate]

    /// Those of the handles who may (still) be suggested to the viewer.
    func suggestible(_ handles: [String], to viewer: String) async throws -> Set<String>

    /// How many people with a topic were dismissed since then, by topic.
    func dismissedTopics(of handle: String, since: PostgresTimestamp) async throws -> [String: Int]

    func dismiss(
        _ dismissed: String,
        by handle: String,
        topics: [String],
        at now: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws

    /// - Parameter day: `YYYY-MM-DD`.
    func introduction(of handle: String, on day: String) async throws -> Introduction?

    /// Whom the person was told to meet in that many days before this one.
    func introduced(to handle: String, on day: String, withinDays days: Int) async throws -> Set<String>

    /// Stores the day's introduction, unless there is one.
    ///
    /// - Returns: the one that is stored.
    func introduce(
        _ introduction: Introduction,
        to handle: String,
        on day: String,
        through writer: any RequestWriter
    ) async throws -> Introduction?
}
