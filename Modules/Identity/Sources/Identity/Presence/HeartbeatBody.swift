import Contracts
import JSONText
import Kernel
import Postgres

/// What a heartbeat's body says: the nested form of the older clients, the flat form of the newer ones, or both.
struct HeartbeatBody {
    private let fields: BodyFields
    private let seen: PostgresTimestamp

    init(_ fields: BodyFields, seen: PostgresTimestamp) {
        self.fields = fields
        self.seen = seen
    }

    /// Empty text keeps what was, as in the original.
    ///
    /// - Throws: 400 with the field named.
    func patch() throws(APIError) -> PresencePatch {
        try PresenceMembers.check(fields)
        var patch = PresencePatch(seen: seen)
        patch.workingOn = try fields.firstText(of: "workingOn", "one_liner", limit: 500)
        patch.project = try fields.firstText(of: "project", limit: 255)
        patch.location = try fields.firstText(of: "location", limit: 255)
        patch.humanPresent = try fields.firstBool(of: "human_present", "humanPresent")
        try readNested(into: &patch.context)
        try readFlat(into: &patch.context)
        if !patch.context.isEmpty { finish(&patch.context) }
        guard patch.context.fits(.context) else {
            throw .invalid(field: "context", "must not say more than \(PresenceContext.Limit.context.bytes) bytes.")
        }
        try readSource(into: &patch.sources)
        return patch
    }

    /// Members that are text wherever they stand; the rest of a context is free-form.
    private static let textMembers: [(name: String, limit: Int)] = [
        ("mood", 64), ("file", 1_000), ("branch", 255), ("repo", 255), ("error", 2_000), ("note", 2_000),
        ("awayMessage", 500), ("availableFor", 500),
    ]

    private func readNested(into context: inout PresenceContext) throws(APIError) {
        guard let nested = try fields.optionalObject("context") else { return }
        let limit = PresenceContext.Limit.context
        guard nested.value.range.count <= limit.bytes else {
            throw .invalid(field: "context", "must not be larger than \(limit.bytes) bytes.")
        }
        for (name, value) in nested.value.members {
            guard !name.isEmpty, name.utf16.count <= 64, !name.utf8.contains(0) else {
                throw .invalid(field: "context", "has a member without a proper name.")
            }
            guard context[name] != nil || context.members.count < limit.members else {
                throw .invalid(field: "context", "must not have more than \(limit.members) members.")
            }
            if let member = Self.textMembers.first(where: { $0.name == name }) {
                context[name] = try textMember(value, "context.\(name)", limit: member.limit)
            } else {
                context[name] = try CleanJSON.bytes(value, field: "context.\(name)")
            }
        }
    }

    private func readFlat(into context: inout PresenceContext) throws(APIError) {
        for member in Self.textMembers {
            guard let value = fields[member.name] else { continue }
            context[member.name] = try textMember(value, member.name, limit: member.limit)
        }
    }

    /// Null and empty text clear a member: that is how people take back what they said.
    private func textMember(_ value: JSONValue, _ field: String, limit: Int) throws(APIError) -> [UInt8] {
        if value.isNull { return Array("null".utf8) }
        guard let text = value.string else { throw .invalid(field: field, "must be a string.") }
        guard !text.utf8.contains(0) else { throw .invalid(field: field, "must not contain U+0000.") }
        guard text.utf16.count <= limit else { throw .tooLong(field: field, limit: limit) }
        return text.isEmpty ? Array("null".utf8) : JSON.string(text).bytes
    }

    /// The times that belong to what was said.
    private func finish(_ context: inout PresenceContext) {
        context.setText(Timestamp.format(seen.microseconds), for: "updatedAt")
        guard let message = context["awayMessage"] else { return }
        if PresencePatch.isNull(message) {
            context["awayAt"] = Array("null".utf8)
        } else if context["awayAt"] == nil {
            context.setText(Timestamp.format(seen.microseconds), for: "awayAt")
        }
    }

    private func readSource(into sources: inout PresenceContext) throws(APIError) {
        let ways = try PresenceMembers.reachVia(fields)
        guard let source = try fields.firstText(of: "source", limit: 32) else { return }
        sources[source] = JSON.array(ways.map { .string($0) }).bytes
    }
}

/// Free-form JSON made fit for `jsonb`, which refuses what JSON allows: U+0000, lone surrogates, numbers beyond its
/// range. One such value would keep everybody's heartbeats from being written.
enum CleanJSON {
    /// `jsonb` writes numbers without exponents: 1e308 would come back as 309 digits.
    private static let numbers = 1e-21...1e21

    /// - Throws: 400 for U+0000 and for numbers that are neither 0 nor, in magnitude, between 1e-21 and 1e21.
    static func bytes(_ value: JSONValue, field: String) throws(APIError) -> [UInt8] {
        guard !value.hasNUL else { throw .invalid(field: field, "must not contain U+0000.") }
        var json = JSONWriter(capacity: 256)
        try write(value, field, to: &json)
        return json.bytes
    }

    private static func write(_ value: JSONValue, _ field: String, to json: inout JSONWriter) throws(APIError) {
        switch value.kind {
        case .object:
            json.beginObject()
            for (name, member) in value.members {
                json.key(escaping: name)
                try write(member, field, to: &json)
            }
            json.endObject()
        case .array:
            json.beginArray()
            for element in value.elements { try write(element, field, to: &json) }
            json.endArray()
        case .string:
            json.string(value.string ?? "")
        case .number:
            if let number = value.int64 {
                json.int(number)
            } else if let number = value.double, number == 0 || numbers.contains(number.magnitude) {
                json.double(number)
            } else {
                throw .invalid(field: field, "holds a number that is too large or too small.")
            }
        case .bool, .null:
            json.raw(value)
        }
    }
}
