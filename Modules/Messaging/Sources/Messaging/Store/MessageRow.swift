import Postgres

/// One message where it lies: in the bytes of the result, decoded by whoever needs a part of it.
struct MessageRow: Sendable {
    let row: PostgresRow

    /// What every query of messages selects, in the order of the accessors below. The last five are NULL for most.
    static let columns =
        "id, from_user, text, payload, created_at, read, read_at, type, reply_to, v, signature, "
        + "edited_at, deleted_at, signature_state, sender_reactions, recipient_reactions"

    /// The same, for queries whose rows may have different recipients.
    static let columnsWithRecipient = columns + ", to_user, withheld"

    var id: String { row.string(0) }
    var from: String { row.string(1) }
    /// Only where the query selected it.
    var to: String { row.string(16) }
    /// Whether the recipient must not see it; only where the query selected it.
    var isWithheld: Bool { row.bool(17) }
    var text: String? { optional(2) }
    var payload: String? { optional(3) }
    var createdAt: PostgresTimestamp { row.timestamp(4) }
    var isRead: Bool { row.bool(5) }
    var readAt: PostgresTimestamp? { row.isNull(6) ? nil : row.timestamp(6) }
    var type: String { row.string(7) }
    var replyTo: String? { optional(8) }
    var version: String? { optional(9) }
    var signature: String? { optional(10) }
    /// When the text was changed last, `nil` for one that is as it was sent.
    var editedAt: PostgresTimestamp? { row.isNull(11) ? nil : row.timestamp(11) }
    /// When the sender took it back, `nil` for a message that stands.
    var deletedAt: PostgresTimestamp? { row.isNull(12) ? nil : row.timestamp(12) }
    /// Signatures that were never checked are of no known key.
    var signatureState: SignatureState {
        optional(13).flatMap { SignatureState(rawValue: $0) } ?? (signature == nil ? .unsigned : .noKey)
    }
    var hasReactions: Bool { !row.isNull(14) || !row.isNull(15) }
    func reactions(of side: MessageSide) -> [String] {
        let column = side == .sender ? 14 : 15
        return row.isNull(column) ? [] : (try? row.decode([String].self, column)) ?? []
    }

    /// The side of one of its two people; only where the query selected the recipient.
    func side(of handle: String) -> MessageSide { to == handle ? .recipient : .sender }

    /// The folded key of the other one; only where the query selected the recipient.
    func other(than handle: String) -> String { to == handle ? from : to }

    /// Whether the sender's key is the one whose UTF-8 is given: without making a string.
    func isFrom(_ key: [UInt8]) -> Bool {
        row.withBytes(1) { $0.elementsEqual(key) }
    }

    private func optional(_ column: Int) -> String? {
        row.isNull(column) ? nil : row.string(column)
    }
}

/// Messages of one answer, and whether the list goes on behind them.
struct MessageList: Sendable {
    private let rows: PostgresRows
    let count: Int
    let hasMore: Bool

    /// - Parameter limit: how many were asked for; the query fetched one more, to know whether there are more.
    init(_ rows: PostgresRows, limit: Int) {
        self.rows = rows
        count = min(rows.count, limit)
        hasMore = rows.count > limit
    }

    subscript(index: Int) -> MessageRow { MessageRow(row: rows[index]) }

    /// About how many bytes the messages will have as JSON: their texts twice, their payloads, and the rest.
    var size: Int {
        (0..<count).reduce(0) { size, index in
            let row = rows[index]
            return size + 448 + row.withBytes(2) { $0.count } * 2 + row.withBytes(3) { $0.count }
        }
    }

    /// The last message of the list.
    var last: MessageRow? { count > 0 ? self[count - 1] : nil }
}

/// One person's threads, the latest first.
struct ThreadList: Sendable {
    private let rows: PostgresRows
    let count: Int
    let hasMore: Bool

    /// - Parameter limit: how many were asked for; the query fetched one more.
    init(_ rows: PostgresRows, limit: Int) {
        self.rows = rows
        count = min(rows.count, limit)
        hasMore = rows.count > limit
    }

    /// What every query of threads selects, in the order of ``ThreadRow``.
    static let columns = "peer, last_id, last_at, last_sent, preview, unread, muted"

    subscript(index: Int) -> ThreadRow { ThreadRow(row: rows[index]) }

    var last: ThreadRow? { count > 0 ? self[count - 1] : nil }

    /// Unread messages in all threads but muted ones, also those not in the list; `nil` when the list is empty.
    var unreadTotal: Int64? { rows.isEmpty ? nil : rows[0].int64(7) }
}

/// One person's view of a thread, where it lies.
struct ThreadRow: Sendable {
    let row: PostgresRow

    var peer: String { row.string(0) }
    var lastAt: PostgresTimestamp { row.timestamp(2) }
    /// Whether the owner wrote the last message.
    var lastSent: Bool { row.bool(3) }
    var preview: String { row.string(4) }
    var unread: Int64 { row.int64(5) }
    /// Whether it counts in no badge.
    var isMuted: Bool { row.bool(6) }
}
