import Kernel
import Postgres

/// What every store of the board must know: the core (design, section 8).
protocol BoardStore: Sendable {
    /// Stores a new entry.
    ///
    /// - Parameter events: stored with it.
    /// - Throws: ``AuthorGone`` when the author was erased meanwhile.
    func post(_ entry: BoardEntry, events: [PostgresQuery], through writer: any RequestWriter) async throws

    /// Entries, newest first.
    func entries(_ filter: BoardFilter, before: ListPosition, limit: Int) async throws -> Page<BoardEntry>

    func entry(_ id: String) async throws -> BoardEntry?

    /// How many entries were ever posted.
    func posted() async throws -> Int

    /// The newest of what an author has posted with a token.
    func own(of author: String, limit: Int) async throws -> [BoardEntry]

    /// How much an author has posted with a token.
    func figures(of author: String) async throws -> (posts: Int, ships: Int)

    /// Everything the board holds of somebody, oldest first.
    func history(of handle: String) async throws -> BoardHistory

    /// Removes everything of somebody, in the transaction that erases them.
    func erase(_ handle: String, in transaction: PostgresTransaction) async throws
}

/// What only Postgres keeps: the extension.
protocol BoardConversations: Sendable {
    /// Changes an entry of its verified author. What is `nil` stays.
    func edit(
        _ entry: BoardEntry,
        content: String?,
        tags: [String]?,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws

    /// Removes an entry of the author with all that others said to it.
    func delete(_ id: String, of author: String, through writer: any RequestWriter) async throws

    /// Adds a reaction of somebody, once.
    ///
    /// - Returns: the entry's reactions afterwards; `nil` when there is no such entry.
    func react(
        _ reaction: String,
        to id: String,
        by handle: String,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> BoardReactions?

    /// Takes a reaction back.
    func unreact(
        _ reaction: String,
        to id: String,
        by handle: String,
        through writer: any RequestWriter
    ) async throws -> BoardReactions?

    /// Adds a comment.
    ///
    /// - Returns: whether the entry was still there.
    func comment(_ comment: BoardComment, through writer: any RequestWriter) async throws -> Bool

    /// Comments of an entry, oldest first.
    func comments(
        of id: String,
        hiding: [String],
        after: ListPosition,
        limit: Int
    ) async throws -> Page<BoardComment>

    /// Removes a comment on behalf of its author, or of the entry's verified author.
    ///
    /// - Returns: whether there was one that they may remove.
    func deleteComment(
        _ comment: String,
        of id: String,
        by handle: String,
        through writer: any RequestWriter
    ) async throws -> Bool
}

/// The reactions to an entry.
struct BoardReactions: Sendable {
    /// How often each was given, as a JSON object.
    let counts: String
    /// Those of the caller, in the order of giving.
    let own: [String]
}

/// Everything the board holds of a person.
struct BoardHistory: Sendable {
    var posts: [BoardEntry] = []
    var comments: [BoardComment] = []
    var reactions: [(entry: String, reaction: String, at: PostgresTimestamp)] = []
}

/// The author was erased while they posted.
struct AuthorGone: Error {}
