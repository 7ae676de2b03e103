import JSONText
import Postgres

/// Writes messages straight from the bytes of a result: no strings, no structures in between.
struct MessageWriter {
    /// How much of a message is told.
    enum Shape {
        /// Everything, also what most messages do not have: a message by itself.
        case full
        /// What every client's lists need; some clients read one spelling of a member, some the other.
        case listed
        /// What the original's short thread has, and the times as everywhere.
        case compact
    }

    var shape: Shape
    /// Adds `timeAgo`, counted to this time, where the original has it.
    var now: PostgresTimestamp?
    /// Adds `timestamp` in milliseconds, where the original has it.
    var hasTimestamp = false
    /// Shows unread messages as read at this time: they were marked after the rows were fetched.
    var markedAt: PostgresTimestamp?

    /// One message as an object.
    ///
    /// - Parameters:
    ///   - isSent: whether the reader is the sender.
    ///   - more: further members, before the object ends.
    func write(
        _ message: MessageRow,
        _ peer: PeerText,
        isSent: Bool,
        to json: inout JSONWriter,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        write(message, peer, isSent: isSent, to: &json, people: { peer.write(isSent: isSent, shape, to: &$0) }, more)
    }

    /// The same with the members that ``PeerText`` has rendered before.
    func write(_ message: MessageRow, _ peer: PeerText, members: [UInt8], isSent: Bool, to json: inout JSONWriter) {
        write(message, peer, isSent: isSent, to: &json, people: { $0.raw(members) }, { _ in })
    }

    private func write(
        _ message: MessageRow,
        _ peer: PeerText,
        isSent: Bool,
        to json: inout JSONWriter,
        people: (inout JSONWriter) -> Void,
        _ more: (inout JSONWriter) -> Void
    ) {
        let row = message.row
        json.beginObject()
        json.key("id")
        row.withBytes(0) { json.string(utf8: $0) }
        people(&json)
        json.key("type")
        row.withBytes(7) { json.string(utf8: $0) }
        writeText(row, to: &json)
        json.key("payload")
        writeOptional(row, 3, to: &json) { $0.raw($1) }
        let createdAt = row.timestamp(4)
        writeTime(createdAt, to: &json)
        writeReadState(row, isSent: isSent, to: &json)
        json.key("reply_to")
        writeOptional(row, 8, to: &json) { $0.string(utf8: $1) }
        writeSigned(message, to: &json)
        writeChanges(message, peer, isSent: isSent, to: &json)
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
        json.key("text")
        let start = json.count
        row.withBytes(2) { json.string(utf8: $0) }
        let text = start..<json.count
        json.key("body")
        json.again(text)
    }

    private func writeTime(_ time: PostgresTimestamp, to json: inout JSONWriter) {
        json.key("created_at")
        let start = json.count
        json.timestamp(microsecondsSinceEpoch: time.microseconds)
        guard shape != .compact else { return }
        let text = start..<json.count
        json.key("createdAt")
        json.again(text)
    }

    private func writeReadState(_ row: PostgresRow, isSent: Bool, to json: inout JSONWriter) {
        let isRead = row.bool(5)
        let marked = isSent ? nil : markedAt
        let readAt = isRead ? (row.isNull(6) ? nil : row.timestamp(6)) : marked
        json.members(isRead || marked != nil ? #""read":true"# : #""read":false"#)
        json.key("read_at")
        let start = json.count
        if let readAt { json.timestamp(microsecondsSinceEpoch: readAt.microseconds) } else { json.null() }
        guard shape != .compact else { return }
        let text = start..<json.count
        json.key("readAt")
        json.again(text)
    }

    /// Signatures are kept and shown; none is called verified before it was checked.
    private func writeSigned(_ message: MessageRow, to json: inout JSONWriter) {
        let row = message.row
        let isSigned = !row.isNull(9) || !row.isNull(10)
        guard isSigned || shape == .full else { return }
        json.key("v")
        writeOptional(row, 9, to: &json) { $0.string(utf8: $1) }
        json.key("signature")
        writeOptional(row, 10, to: &json) { $0.string(utf8: $1) }
        json.key("signatureVerified")
        json.bool(message.signatureState == .verified)
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
