import JSONText
import Kernel
import Postgres

/// A row of `engagement`.
struct Entry: Sendable, Hashable {
    let id: String
    /// The folded handle.
    let author: String
    let text: String
    let createdAt: PostgresTimestamp

    /// As clients see it.
    var json: JSON {
        [
            "id": .string(id), "author": .string(author), "text": .string(text),
            "created_at": .timestamp(createdAt.microseconds),
        ]
    }
}

/// A place in the list: the sort key of the last entry that was given.
struct EntryCursor: Sendable, Hashable {
    let createdAt: PostgresTimestamp
    let id: String

    init(_ entry: Entry) {
        createdAt = entry.createdAt
        id = entry.id
    }

    init(_ text: String) throws(APIError) {
        let cursor = try Cursor(text, count: 2)
        createdAt = PostgresTimestamp(microseconds: try cursor.int(0))
        id = cursor.parts[1]
    }

    var text: String { Cursor(["\(createdAt.microseconds)", id]).text }
}
