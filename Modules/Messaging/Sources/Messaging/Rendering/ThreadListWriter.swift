import Contracts
import JSONText
import Postgres

/// Writes an inbox's threads.
struct ThreadListWriter {
    /// Which clients are served.
    enum Shape {
        /// Those of `GET /api/messages/inbox`, who read `latest` and `preview`.
        case short
        /// All: the others read `with` and `last_message`.
        case superset
    }

    let shape: Shape
    let owner: Person
    let peers: PeerTexts
    let now: PostgresTimestamp
    let groups: RecencyGroups

    /// The threads as an array, the latest first.
    func write(_ threads: ThreadList, to json: inout JSONWriter) {
        json.beginArray()
        for index in 0..<threads.count { write(threads[index], to: &json) }
        json.endArray()
    }

    private func write(_ thread: ThreadRow, to json: inout JSONWriter) {
        let text = peers[thread.peer]
        let row = thread.row
        let at = thread.lastAt
        let author = thread.lastSent ? owner : text.peer
        json.beginObject()
        json.key("id")
        json.string(text.threadID)
        if shape == .superset {
            json.key("with")
            json.string(text.peer.shown)
        }
        json.key("handle")
        json.string(text.peer.shown)
        json.key("isAgent")
        json.bool(text.peer.isAgent)
        json.key("unread")
        json.int(thread.unread)
        if thread.isMuted { json.members(#""muted":true"#) }
        json.key("group")
        json.string(groups.name(of: at))
        json.key("preview")
        json.string(Preview.line(thread.preview))
        json.key("last_seen")
        json.string(TimeAgo.text(at, now: now))
        json.key("latest")
        json.beginObject()
        json.key("id")
        row.withBytes(1) { json.string(utf8: $0) }
        json.key("from")
        json.string(author.shown)
        json.key("body")
        let start = json.count
        row.withBytes(4) { json.string(utf8: $0) }
        let body = start..<json.count
        json.key("timestamp")
        json.epochMilliseconds(microsecondsSinceEpoch: at.microseconds)
        json.endObject()
        if shape == .superset { writeLastMessage(thread, from: author, body: body, to: &json) }
        json.endObject()
    }

    /// - Parameter body: where the text stands in what was written.
    private func writeLastMessage(
        _ thread: ThreadRow,
        from author: Person,
        body: Range<Int>,
        to json: inout JSONWriter
    ) {
        json.key("last_message")
        json.beginObject()
        json.key("id")
        thread.row.withBytes(1) { json.string(utf8: $0) }
        json.key("from")
        json.string(author.shown)
        json.key("body")
        json.again(body)
        json.key("created_at")
        json.timestamp(microsecondsSinceEpoch: thread.lastAt.microseconds)
        json.endObject()
    }
}
