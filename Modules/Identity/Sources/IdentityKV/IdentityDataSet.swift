public import Cutover
import JSONText
public import Postgres

/// Handles, profiles, keys, agents and when people were last seen.
public struct IdentityDataSet: BackfillDataSet {
    public let name = DataSetName.identity
    public let sources: Set<DataSetName> = [.identity, .presence]

    public init() {}

    public func read(_ value: OldValue, into batch: inout RecordBatch) {
        switch (value.pattern.name, value.content) {
        case ("vibe:handles", .hash(let fields)): rows(of: fields, as: .registry, value, into: &batch)
        case ("vibe:agents", .hash(let fields)): rows(of: fields, as: .agent, value, into: &batch)
        case ("vibe:users", .hash(let fields)): rows(of: fields, as: .agentProfile, value, into: &batch)
        case ("user:*", .hash(let fields)):
            add(.user, of: value.suffix, value.key, 0, OldPerson.json(of: fields), into: &batch)
        case ("presence:<u>", .hash(let fields)):
            add(.presence, of: value.suffix, value.key, 0, OldPerson.json(of: fields), into: &batch)
        case ("presence:<u>", .string(let bytes)):
            add(.presence, of: value.suffix, value.key, 0, bytes, into: &batch)
        case (_, .sortedSet(let members)):
            for (place, member) in members.enumerated() {
                let score = Array(String(Int64(member.score)).utf8)
                add(.seen, of: String(decoding: member.member, as: UTF8.self), value.key, place, score, into: &batch)
            }
        default: break
        }
    }

    /// A hash with a person per field.
    private func rows(
        of fields: [(field: [UInt8], value: [UInt8])],
        as kind: OldPerson.Copy,
        _ value: OldValue,
        into batch: inout RecordBatch
    ) {
        for (place, row) in fields.enumerated() {
            // The original wrote the letters of handles under these by mistake (original-kv-layout.md, 3.3).
            if !row.field.isEmpty, row.field.allSatisfy({ (0x30...0x39).contains($0) }) {
                let reason = "a field of digits: the original's mistake, a letter of a handle"
                batch.add(
                    Finding(.skipped, reason, source: value.key, place: place, value: row.field + [0x3D] + row.value)
                )
                continue
            }
            add(kind, of: String(decoding: row.field, as: UTF8.self), value.key, place, row.value, into: &batch)
        }
    }

    private func add(
        _ kind: OldPerson.Copy,
        of name: String,
        _ key: [UInt8],
        _ place: Int,
        _ bytes: [UInt8],
        into batch: inout RecordBatch
    ) {
        guard let folded = OldName(name) else {
            return batch.add(Finding(.skipped, "no name", source: key, place: place, value: bytes))
        }
        guard kind == .seen || OldRecord(bytes) != nil else {
            return batch.add(Finding(.skipped, "no JSON object", source: key, place: place, value: bytes))
        }
        if name.utf8.contains(0) || OldRecord(bytes)?.object.hasNUL == true {
            batch.add(Finding(.altered, "U+0000 became U+FFFD", source: key, place: place, value: bytes))
        }
        batch.add(
            StagedRecord(
                entity: folded.key,
                kind: kind.rawValue,
                source: key,
                place: place,
                value: bytes,
                note: folded.spelling
            )
        )
    }

    public func merge(_ entities: [[StagedRecord]], in transaction: PostgresTransaction) async throws -> MergeOutcome {
        let people = entities.compactMap { OldPerson($0) }
        var outcome = MergeOutcome()
        for (person, records) in zip(people, entities) where person.since == nil {
            outcome.findings.append(Finding(.altered, "no time of registration: stored as 1970", records[0]))
        }
        let inviters = people.compactMap { $0.profile?.invitedBy }.map { NamedPerson($0, hasTraces: false, since: nil) }
        let rows = try await transaction.query(OldPersonStatements.handles(people))
        outcome.written = rows.filter { $0.bool(0) }.count
        outcome.changed = rows.count - outcome.written
        outcome.unchanged = people.count - rows.count
        if !inviters.isEmpty { try await transaction.query(PeopleStatements.upsert(inviters)) }
        try await transaction.query(OldPersonStatements.users(people))
        try await transaction.query(OldPersonStatements.agents(people))
        try await transaction.query(OldPersonStatements.presence(people))
        return outcome
    }

    public func finish(in transaction: PostgresTransaction) async throws {
        for statement in OldPersonStatements.numbers { try await transaction.query(statement) }
    }
}
