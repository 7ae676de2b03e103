import Kernel
import Postgres

/// The board in Postgres.
struct PostgresBoardStore: BoardStore {
    let database: PostgresClient

    func post(_ entry: BoardEntry, events: [PostgresQuery], through writer: any RequestWriter) async throws {
        do {
            _ = try await writer.write(Self.insertion(of: entry) + events)
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            throw AuthorGone()
        }
    }

    // Lists fetch one row more than asked for, which tells whether they go on.

    func entries(_ filter: BoardFilter, before: ListPosition, limit: Int) async throws -> Page<BoardEntry> {
        let rows = try await database.read(BoardQueries.entries(filter, before: before, limit: limit + 1))
        return Page(try rows.map(Self.entry), limit: limit, position: \.position)
    }

    func entry(_ id: String) async throws -> BoardEntry? {
        try await database.read(BoardQueries.entry(id)).first.map(Self.entry)
    }

    func own(of author: String, limit: Int) async throws -> [BoardEntry] {
        try await database.read(BoardQueries.own(of: author, limit: limit)).map(Self.entry)
    }

    /// Exact but for what was refused, and up to 32 more after a crash of the database; deleted entries stay counted. A
    /// sequence counts, so that neither a post nor this has to.
    func posted() async throws -> Int {
        try await database.read(BoardQueries.posted).first.map { Int($0.int64(0)) } ?? 0
    }

    func figures(of author: String) async throws -> (posts: Int, ships: Int) {
        guard let row = try await database.read(BoardQueries.figures(of: author)).first else { return (0, 0) }
        return (Int(row.int64(0)), Int(row.int64(1)))
    }

    static func insertion(of entry: BoardEntry) -> [PostgresQuery] {
        var batch: [PostgresQuery] = [
            """
            INSERT INTO board_entries (id, author, content, category, tags, created_at, verified)
            VALUES (
                \(entry.id), \(entry.author), \(entry.content), \(entry.category), \(entry.tags), \(entry.createdAt),
                \(entry.isVerified)
            )
            """
        ]
        batch += tagging(entry.id, entry.tags)
        if entry.isVerified {
            let ships = Int32(Category.ships.contains(entry.category) ? 1 : 0)
            batch.append(
                """
                INSERT INTO board_authors AS author (author, posts, ships)
                VALUES (\(entry.author), 1, \(ships))
                ON CONFLICT (author) DO UPDATE SET posts = author.posts + 1, ships = author.ships + EXCLUDED.ships
                """
            )
        }
        return batch
    }

    /// Files an entry under its tags.
    static func tagging(_ id: String, _ tags: [String]) -> [PostgresQuery] {
        let folded = Set(tags.map(BoardText.folded)).sorted()
        guard !folded.isEmpty else { return [] }
        return [
            """
            INSERT INTO board_tags (entry_id, tag, category, created_at)
            SELECT id, tag, category, created_at
            FROM board_entries, unnest(\(folded)) AS tag
            WHERE id = \(id)
            """
        ]
    }

    static func entry(_ row: PostgresRow) throws -> BoardEntry {
        BoardEntry(
            id: row.string(0),
            author: row.string(1),
            content: row.string(2),
            category: row.string(3),
            tags: try row.decode([String].self, 4),
            createdAt: row.timestamp(5),
            isVerified: row.bool(6),
            editedAt: row.isNull(7) ? nil : row.timestamp(7),
            reactions: row.string(8),
            comments: Int(row.int64(9))
        )
    }

    static func comment(_ row: PostgresRow) -> BoardComment {
        BoardComment(
            id: row.string(0),
            entry: row.string(1),
            author: row.string(2),
            content: row.string(3),
            createdAt: row.timestamp(4)
        )
    }
}
