import JSONText
import Postgres

/// Writes messages straight from the bytes of a result: no strings, no structures in between.
struct MessageWriter {
    /// Adds `timeAgo`, counted to this time, where the original has it.
    var now: PostgresTimestamp?
    /// Adds `timestamp` in milliseconds, where the original has it.
    var hasTimestamp = false
    /// Shows unread messages as read at this time: they were marked after the rows were fetched.
    var markedAt: PostgresTimestamp?

    /// One message as an object.
    ///
    /// - Parameter isSent: whether the reader is the sender.
    /// - Parameter more: further members, before the object ends.
    func write(
        _ message: MessageRow,
        _ peer: PeerText,
        isSent: Bool,
        to json: inout JSONWriter,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        let row = message.row
        json.beginObject()
        json.key("id")
        row.withBytes(0) { json.string(utf8: $0) }
        json.raw(isSent ? peer.sent : peer.received)
        json.key("type")
        row.withBytes(7) { json.string(utf8: $0) }
        writeText(row, to: &json)
        json.key("payload")
        writeOptional(row, 3, to: &json) { $0.raw($1) }
        let createdAt = row.timestamp(4)
        json.key("createdAt")
        json.timestamp(microsecondsSinceEpoch: createdAt.microseconds)
        json.key("created_at")
        json.timestamp(microsecondsSinceEpoch: createdAt.microseconds)
        writeReadState(row, isSent: isSent, to: &json)
        writeSigned(row, to: &json)
        if hasTimestamp {
            json.key("timestamp")
            json.epochMilliseconds(microsecondsSinceEpoch: createdAt.microseconds)
        }
        if let now {
            json.key("timeAgo")
            json.string(TimeAgo.text(createdAt, now: now))
        }
        more(&json)
        json.endObject()
    }

    /// `text` and `body` hold the same: some clients read one, some the other.
    private func writeText(_ row: PostgresRow, to json: inout JSONWriter) {
        guard !row.isNull(2) else { return json.members(#""text":null,"body":null"#) }
        row.withBytes(2) { text in
            json.key("text")
            json.string(utf8: text)
            json.key("body")
            json.string(utf8: text)
        }
    }

    private func writeReadState(_ row: PostgresRow, isSent: Bool, to json: inout JSONWriter) {
        let isRead = row.bool(5)
        let marked = isSent ? nil : markedAt
        guard isRead || marked != nil else {
            return json.members(#""read":false,"readAt":null,"read_at":null"#)
        }
        let readAt = isRead ? (row.isNull(6) ? nil : row.timestamp(6)) : marked
        guard let readAt else { return json.members(#""read":true,"readAt":null,"read_at":null"#) }
        json.members(#""read":true"#)
        json.key("readAt")
        json.timestamp(microsecondsSinceEpoch: readAt.microseconds)
        json.key("read_at")
        json.timestamp(microsecondsSinceEpoch: readAt.microseconds)
    }

    /// What most messages do not have goes in one piece. Signatures are kept and shown; none is called verified
    /// before it was checked.
    private func writeSigned(_ row: PostgresRow, to json: inout JSONWriter) {
        if row.isNull(8), row.isNull(9), row.isNull(10) {
            return json.members(#""reply_to":null,"v":null,"signature":null,"signatureVerified":false"#)
        }
        json.key("reply_to")
        writeOptional(row, 8, to: &json) { $0.string(utf8: $1) }
        json.key("v")
        writeOptional(row, 9, to: &json) { $0.string(utf8: $1) }
        json.key("signature")
        writeOptional(row, 10, to: &json) { $0.string(utf8: $1) }
        json.members(#""signatureVerified":false"#)
    }

    private func writeOptional(
        _ row: PostgresRow,
        _ column: Int,
        to json: inout JSONWriter,
        _ write: (inout JSONWriter, UnsafeRawBufferPointer) -> Void
    ) {
        if row.isNull(column) {
            json.null()
        } else {
            row.withBytes(column) { write(&json, $0) }
        }
    }
}

extension JSONWriter {
    /// Splices members that are valid JSON already, without braces.
    mutating func members(_ text: StaticString) {
        text.withUTF8Buffer { raw(UnsafeRawBufferPointer($0)) }
    }
}
