import Cutover
import JSONText

/// A message of the old store, merged from all copies that say the same.
struct OldMessage: Sendable {
    /// Where a copy stood; the richest first.
    enum Copy: String, CaseIterable, Sendable {
        /// `msg:<id>`
        case body
        /// `vibe:messages`
        case array
        /// `messages:<user>`
        case list
        /// A whole message inside `thread:<a>:<b>`.
        case thread
        /// An id alone, in a list.
        case mention
    }

    var id: String
    let from: OldName
    let to: OldName
    /// `nil` when there is only a payload.
    let text: String?
    /// JSON, byte for byte.
    let payload: String?
    /// Microseconds since the epoch; `nil`: not known.
    let at: Int64?
    let isRead: Bool
    let readAt: Int64?
    let isSystem: Bool
    let type: String
    let version: String?
    let signature: String?
    /// Whether the original verified it.
    let isVerified: Bool
    /// The copy that won.
    let source: StagedRecord

    /// The different messages under one id, that which keeps the id first. The order of the copies does not matter.
    static func versions(of copies: [StagedRecord]) -> [OldMessage] {
        let read = copies.compactMap { MessageCopy($0) }.sorted { $0.order.lexicographicallyPrecedes($1.order) }
        var groups: [(content: Content, copies: [MessageCopy])] = []
        for copy in read {
            if let index = groups.firstIndex(where: { $0.content == copy.content }) {
                groups[index].copies.append(copy)
            } else {
                groups.append((copy.content, [copy]))
            }
        }
        return groups.compactMap { OldMessage($0.copies) }
    }

    /// - Parameter copies: of one content, the richest first.
    private init?(_ copies: [MessageCopy]) {
        guard let best = copies.first else { return nil }
        func first<T>(_ value: (MessageCopy) -> T?) -> T? { copies.lazy.compactMap(value).first }
        id = best.source.entity
        from = best.from
        to = best.to
        text = best.content.text
        payload = first { $0.payload }
        at = first { $0.statedTime } ?? OldMessageTime.inside(best.source.entity)
        isRead = copies.contains { $0.isRead == true }
        readAt = copies.compactMap(\.readAt).min()
        isSystem = copies.contains { $0.record.flag("system") == true }
        type = first { $0.record.text("type") } ?? "dm"
        version = first { $0.record.text("v") }
        signature = first { $0.record.text("signature") }
        isVerified = signature != nil && copies.contains { $0.record.flag("signatureVerified") == true }
        source = best.source
    }

    /// Gives each version its id: the one that is there already, or else the first, keeps it; the others get one that is
    /// derived from what they say.
    static func named(_ versions: [OldMessage], beside existing: ExistingMessage?) -> [(
        message: OldMessage, isDerived: Bool
    )] {
        let keeper = existing.map { existing in versions.firstIndex { existing.isSame(as: $0) } } ?? 0
        return versions.enumerated().map { index, version in
            guard index != keeper else { return (version, false) }
            var version = version
            let content = [version.from.key, version.to.key, version.text ?? ""].joined(separator: "\u{0}")
            version.id += "~" + ReadableText.hash(content.utf8)
            return (version, true)
        }
    }

    /// What makes two copies the same message.
    struct Content: Hashable, Sendable {
        let from: String
        let to: String
        let text: String?
    }
}

/// A message that Postgres has under an id.
struct ExistingMessage: Sendable {
    let from: String
    let to: String
    let text: String?
    /// Edited or taken back: then the text says nothing.
    let isChanged: Bool

    /// Whether one of the two has been erased: what they wrote must not come back.
    var isErased: Bool { from.hasPrefix("deleted_") || to.hasPrefix("deleted_") }

    func isSame(as message: OldMessage) -> Bool {
        from == message.from.key && to == message.to.key && (isChanged || (text ?? "") == (message.text ?? ""))
    }
}

/// A copy, read.
struct MessageCopy: Sendable {
    let source: StagedRecord
    let record: OldRecord
    let from: OldName
    let to: OldName
    let content: OldMessage.Content
    let payload: String?
    let statedTime: Int64?
    /// `nil` where the copy does not know.
    let isRead: Bool?
    let readAt: Int64?
    /// By richness, then time, then content.
    let order: [UInt8]

    init?(_ staged: StagedRecord) {
        guard let kind = OldMessage.Copy(rawValue: staged.kind), kind != .mention, let record = OldRecord(staged.value),
            let from = record.object["from"]?.string.flatMap({ OldName($0) }),
            let to = record.object["to"]?.string.flatMap({ OldName($0) })
        else { return nil }
        source = staged
        self.record = record
        self.from = from
        self.to = to
        payload = record.object["payload"].flatMap { $0.isNull ? nil : String(decoding: $0.raw, as: UTF8.self) }
        // No text and an empty one are told apart only by a payload.
        content = OldMessage.Content(from: from.key, to: to.key, text: record.text("text") ?? record.text("body"))
        statedTime = record.time("createdAt", "timestamp")
        isRead = staged.note.map { $0 == "read" } ?? record.flag("read")
        readAt = record.time("readAt", "read_at")
        let rank = UInt8(clamping: OldMessage.Copy.allCases.firstIndex(of: kind) ?? 0)
        let time = statedTime ?? Int64.max
        order = [rank] + withUnsafeBytes(of: time.bigEndian) { Array($0) } + staged.value
    }
}

/// Times that ids hold (original-kv-layout.md, 3.1).
enum OldMessageTime {
    /// `<ms>-…`, or `msg_<base 36 ms><3>` with eight digits of time, which they had from 1972 to 2059.
    static func inside(_ id: String) -> Int64? {
        let digits = id.prefix { $0.isASCII && $0.isNumber }
        if digits.count == 13, id.dropFirst(13).first == "-", let milliseconds = Int64(digits) {
            return milliseconds * 1_000
        }
        guard id.hasPrefix("msg_"), id.utf8.count == 15, let milliseconds = Int64(id.dropFirst(4).prefix(8), radix: 36)
        else { return nil }
        return milliseconds * 1_000
    }
}
