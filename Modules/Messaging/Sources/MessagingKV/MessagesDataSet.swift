public import Cutover
import JSONText
public import Postgres

/// Messages: the union of all stores, one per id, the richest copy winning.
public struct MessagesDataSet: BackfillDataSet {
    public let name = DataSetName.messages

    public init() {}

    /// The count of unread messages by sender, which says which of a list were read.
    public func companion(of key: [UInt8], pattern: KeyPattern) -> (key: [UInt8], type: KeyType)? {
        guard pattern.name == "messages:*" else { return nil }
        return (Array("unread:".utf8) + key.dropFirst("messages:".utf8.count), .hash)
    }

    public func read(_ value: OldValue, into batch: inout RecordBatch) {
        switch (value.pattern.name, value.content) {
        case ("msg:*", .string(let bytes)):
            add(.body, bytes, value, 0, id: value.suffix, into: &batch)
        case ("vibe:messages", .string(let bytes)):
            guard let list = try? JSONDocument(bytes).root, list.kind == .array else {
                return batch.add(Finding(.skipped, "no JSON array", source: value.key, place: 0, value: bytes))
            }
            for (place, element) in list.elements.enumerated() {
                add(.array, Array(element.raw), value, place, id: nil, into: &batch)
            }
        case ("messages:*", .list(let elements)):
            var unread = Self.unread(value.companion)
            for (place, element) in elements.enumerated() {
                // Newest first: the sender's newest messages are the unread ones.
                let sender = OldRecord(element)?.text("from") ?? ""
                let isRead = unread[sender, default: 0] <= 0
                unread[sender, default: 0] -= 1
                add(.list, element, value, place, id: nil, note: isRead ? "read" : "unread", into: &batch)
            }
        case ("thread:*", .list(let elements)), ("inbox:*", .list(let elements)), ("outbox:*", .list(let elements)):
            for (place, element) in elements.enumerated() {
                if element.first == UInt8(ascii: "{") {
                    add(.thread, element, value, place, id: nil, into: &batch)
                } else {
                    let id = Self.entity(String(decoding: element, as: UTF8.self))
                    batch.add(
                        StagedRecord(
                            entity: id,
                            kind: OldMessage.Copy.mention.rawValue,
                            source: value.key,
                            place: place,
                            value: element
                        )
                    )
                }
            }
        default: break
        }
    }

    private func add(
        _ kind: OldMessage.Copy,
        _ bytes: [UInt8],
        _ value: OldValue,
        _ place: Int,
        id: String?,
        note: String? = nil,
        into batch: inout RecordBatch
    ) {
        guard let record = OldRecord(bytes) else {
            return batch.add(Finding(.skipped, "no JSON object", source: value.key, place: place, value: bytes))
        }
        guard let id = record.text("id") ?? id, !id.isEmpty else {
            return batch.add(
                Finding(.skipped, "a message without an id", source: value.key, place: place, value: bytes)
            )
        }
        if record.object.hasNUL {
            batch.add(Finding(.altered, "U+0000 became U+FFFD", source: value.key, place: place, value: bytes))
        }
        if record.object.hasLoneSurrogate {
            batch.add(
                Finding(.altered, "a lone surrogate became U+FFFD", source: value.key, place: place, value: bytes)
            )
        }
        batch.add(
            StagedRecord(
                entity: Self.entity(id),
                kind: kind.rawValue,
                source: value.key,
                place: place,
                value: bytes,
                note: note
            )
        )
    }

    private static func entity(_ id: String) -> String { ReadableText.bounded(ReadableText.withoutNUL(id)) }

    private static func unread(_ companion: OldValue.Content?) -> [String: Int] {
        guard case .hash(let fields) = companion else { return [:] }
        return Dictionary(
            fields.map {
                (String(decoding: $0.field, as: UTF8.self), Int(String(decoding: $0.value, as: UTF8.self)) ?? 0)
            },
            uniquingKeysWith: max
        )
    }

    public func merge(_ entities: [[StagedRecord]], in transaction: PostgresTransaction) async throws -> MergeOutcome {
        var outcome = MergeOutcome()
        var wanted: [[OldMessage]] = []
        for copies in entities {
            let versions = OldMessage.versions(of: copies)
            if versions.isEmpty {
                outcome.findings += copies.map { record in
                    record.kind == OldMessage.Copy.mention.rawValue
                        ? Finding(.skipped, "an id in a list without its message", record)
                        : Finding(.skipped, "a message without sender or recipient", record)
                }
            } else {
                wanted.append(versions)
            }
        }
        guard !wanted.isEmpty else { return outcome }
        let ids = wanted.compactMap { $0.first?.id }
        var there: [String: ExistingMessage] = [:]
        for row in try await transaction.query(OldMessageStatements.existing(ids)) {
            there[row.string(0)] = ExistingMessage(
                from: row.string(1),
                to: row.string(2),
                text: try row.decode(String?.self, 3),
                isChanged: row.bool(4)
            )
        }
        var messages: [OldMessage] = []
        for versions in wanted {
            let existing = there[versions[0].id]
            if existing?.isErased == true {
                outcome.findings += versions.map { Finding(.skipped, "erased here", $0.source) }
                continue
            }
            for (message, isDerived) in OldMessage.named(versions, beside: existing) {
                messages.append(message)
                if isDerived {
                    outcome.findings.append(Finding(.conflict, "another message has this id", message.source))
                }
                if message.at == nil {
                    outcome.findings.append(Finding(.altered, "no time: stored as 1970", message.source))
                }
            }
        }
        try await transaction.query(
            PeopleStatements.upsert(
                messages.flatMap { message in
                    [
                        NamedPerson(message.from, hasTraces: true, since: message.at),
                        NamedPerson(message.to, hasTraces: false, since: message.at),
                    ]
                }
            )
        )
        let rows = try await transaction.query(OldMessageStatements.upsert(messages))
        outcome.written = rows.filter { $0.bool(0) }.count
        outcome.changed = rows.count - outcome.written
        outcome.unchanged = messages.count - rows.count
        try await transaction.query(OldMessageStatements.summaries(messages))
        return outcome
    }
}
