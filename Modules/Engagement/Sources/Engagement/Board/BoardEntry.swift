import Postgres

/// A row of `board_entries`.
struct BoardEntry: Sendable {
    let id: String
    /// The folded handle.
    let author: String
    var content: String
    let category: String
    var tags: [String]
    let createdAt: PostgresTimestamp
    /// Whether the author's token came with the post. Otherwise `author` is a name that somebody wrote.
    let isVerified: Bool
    var editedAt: PostgresTimestamp?
    /// How often each reaction was given, as the JSON object of clients: `{"🔥": 3}`.
    var reactions = "{}"
    var comments = 0

    var position: ListPosition { ListPosition(time: createdAt, id: id) }
}

/// A row of `board_comments`.
struct BoardComment: Sendable {
    let id: String
    let entry: String
    /// The folded handle.
    let author: String
    let content: String
    let createdAt: PostgresTimestamp

    var position: ListPosition { ListPosition(time: createdAt, id: id) }
}

/// Which entries a list shows.
struct BoardFilter: Sendable {
    var category: String?
    var tag: String?
    /// A folded handle.
    var author: String?
    /// Folded handles whose posts the reader must not see.
    var hiding: [String] = []
}
