import JSONText
import Postgres

/// Turns entries into JSON, in the shape that both generations of clients read (clients.md, 0.5).
enum BoardWriter {
    /// - Parameters:
    ///   - shown: the author's spelling.
    ///   - extra: further members.
    static func write(
        _ entry: BoardEntry,
        author shown: String,
        to json: inout JSONWriter,
        extra: (inout JSONWriter) -> Void = { _ in }
    ) {
        json.beginObject()
        json.key("id")
        json.string(entry.id)
        json.key("author")
        json.string(shown)
        json.key("content")
        json.string(entry.content)
        json.key("category")
        json.string(entry.category)
        json.key("tags")
        tags(entry, to: &json)
        json.key("timestamp")
        json.epochMilliseconds(microsecondsSinceEpoch: entry.createdAt.microseconds)
        json.key("created_at")
        json.timestamp(microsecondsSinceEpoch: entry.createdAt.microseconds)
        json.key("edited_at")
        if let editedAt = entry.editedAt {
            json.timestamp(microsecondsSinceEpoch: editedAt.microseconds)
        } else {
            json.null()
        }
        json.key("verified")
        json.bool(entry.isVerified)
        json.key("reactions")
        json.raw(Array(entry.reactions.utf8))
        json.key("comment_count")
        json.int(entry.comments)
        extra(&json)
        json.endObject()
    }

    /// As the feed of January 2026 had it (original-api.md, 1.12).
    static func writeFeedItem(_ entry: BoardEntry, author shown: String, url: String, to json: inout JSONWriter) {
        json.beginObject()
        json.key("id")
        json.string(entry.id)
        json.key("handle")
        json.string(shown)
        json.key("content")
        json.string(entry.content)
        json.key("what")
        json.string(entry.content)
        json.key("category")
        json.string(entry.category)
        json.key("tags")
        tags(entry, to: &json)
        json.key("url")
        json.string(url)
        json.key("timestamp")
        json.epochMilliseconds(microsecondsSinceEpoch: entry.createdAt.microseconds)
        json.key("created_at")
        json.timestamp(microsecondsSinceEpoch: entry.createdAt.microseconds)
        json.key("verified")
        json.bool(entry.isVerified)
        json.key("_storage")
        json.string("postgres")
        json.endObject()
    }

    static func write(_ comment: BoardComment, author shown: String, to json: inout JSONWriter) {
        json.beginObject()
        json.key("id")
        json.string(comment.id)
        json.key("author")
        json.string(shown)
        json.key("content")
        json.string(comment.content)
        json.key("timestamp")
        json.epochMilliseconds(microsecondsSinceEpoch: comment.createdAt.microseconds)
        json.key("created_at")
        json.timestamp(microsecondsSinceEpoch: comment.createdAt.microseconds)
        json.endObject()
    }

    private static func tags(_ entry: BoardEntry, to json: inout JSONWriter) {
        json.beginArray()
        for tag in entry.tags { json.string(tag) }
        json.endArray()
    }
}
