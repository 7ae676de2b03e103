import Cutover
import JSONText

/// One person of the old store, merged from all copies of all spellings. The result does not depend on their order.
struct OldPerson: Hashable, Sendable {
    /// Where a copy stood. In the order in which they are believed.
    enum Copy: String, CaseIterable, Sendable {
        case registry, agent, agentProfile = "agent_profile", user, presence, seen
    }

    /// What a person said of themselves (`user:*`).
    struct Profile: Hashable, Sendable {
        var building: String?
        var invitedBy: OldName?
        var inviteCode: String?
        var publicKey: String?
        var recoveryKey: String?
        var createdAt: Int64?
        var updatedAt: Int64?
    }

    /// What an agent registered as.
    struct Agent: Hashable, Sendable {
        var displayName: String
        var oneLiner: String?
        var operatorName: String
        var model: String?
        var keyHash: String?
        var createdAt: Int64?
    }

    let name: OldName
    let isSystem: Bool
    let isAgent: Bool
    let isGenesis: Bool
    let isSuspended: Bool
    /// The earliest time heard of, in microseconds since the epoch.
    let since: Int64?
    let firstActive: Int64?
    /// The last time heard of.
    let lastActive: Int64?
    let lastSeen: Int64?
    let workingOn: String?
    let messagesSent: Int64
    let verified: String
    let xHandle: String?
    let githubHandle: String?
    let operatorName: String?
    let agentType: String?
    let capabilities: [String]?
    let model: String?
    /// The registry's records as they stood, a JSON object by spelling: moderation waits in it for its module.
    let metadata: String?
    let profile: Profile?
    let agent: Agent?

    /// - Parameter copies: of one folded name.
    init?(_ copies: [StagedRecord]) {
        let read = copies.compactMap { Source($0) }.sorted { $0.order.lexicographicallyPrecedes($1.order) }
        guard let name = read.map(\.name).min(by: { $0.spelling.utf8.lexicographicallyPrecedes($1.spelling.utf8) })
        else { return nil }
        self.name = name
        func records(_ kinds: Copy...) -> [OldRecord] { read.filter { kinds.contains($0.kind) }.compactMap(\.record) }
        let registry = records(.registry)
        func first<T>(_ value: (OldRecord) -> T?) -> T? { registry.lazy.compactMap(value).first }

        isSystem = name.isGameStore || registry.contains { $0.flag("system") == true }
        profile = Self.profile(records(.user))
        agent = Self.agent(records(.agent) + records(.agentProfile), spelling: name.spelling)
        isAgent = agent != nil || registry.contains { $0.flag("isAgent") == true }
        isGenesis = registry.contains { $0.flag("genesis") == true }
        isSuspended = registry.contains {
            $0.flag("suspended") == true || $0.flag("banned") == true || $0.text("status") == "suspended"
        }
        let seen = read.filter { $0.kind == .seen || $0.kind == .presence }
        lastSeen = seen.compactMap(\.time).max()
        let firstSeen = records(.presence).compactMap { $0.time("firstSeen") }.min()
        workingOn =
            seen.filter { $0.kind == .presence && $0.time != nil }
            .max { ($0.time ?? 0, $0.workingOn ?? "") < ($1.time ?? 0, $1.workingOn ?? "") }?.workingOn
        // A record made by the original's own migration bears the time of that.
        let registered = registry.filter { $0.flag("migrated") != true }.compactMap {
            $0.time("registeredAtTs", "registeredAt")
        }
        let migrated = registry.compactMap { $0.time("registeredAtTs", "registeredAt") }
        let known =
            registered + registry.compactMap { $0.time("legacy_created_at") }
            + [profile?.createdAt, agent?.createdAt, firstSeen].compactMap(\.self)
        since = known.min() ?? ([lastSeen].compactMap(\.self) + migrated).min()
        firstActive = (registry.compactMap { $0.time("first_active_at") } + [firstSeen].compactMap(\.self)).min()
        lastActive = (registry.compactMap { $0.time("last_active_at") } + [lastSeen].compactMap(\.self)).max()
        messagesSent = registry.compactMap { $0.integer("messages_sent") }.max() ?? 0
        verified = first { $0.text("verified").flatMap { $0 == "none" ? nil : $0 } } ?? "none"
        xHandle = first { $0.text("x_handle") }
        githubHandle = first { $0.text("github_handle") }
        operatorName = agent?.operatorName ?? first { $0.text("operator") }
        agentType = first { $0.text("agentType") }
        capabilities = first { record in
            record.object["capabilities"].flatMap { list in
                let names = Array(list.elements).compactMap(\.string).map(ReadableText.withoutNUL)
                return names.isEmpty ? nil : names
            }
        }
        model = agent?.model ?? first { $0.text("model") }
        let rows = read.filter { $0.kind == .registry }.compactMap { source in
            source.record.map { (source.name.spelling, String(decoding: $0.object.raw, as: UTF8.self)) }
        }
        metadata = rows.isEmpty ? nil : "{\"kv\":[" + rows.map(\.1).joined(separator: ",") + "]}"
    }

    /// The newest word on each, the earliest time of joining.
    private static func profile(_ records: [OldRecord]) -> Profile? {
        guard !records.isEmpty else { return nil }
        let newest = records.enumerated().sorted {
            let times = ($0.element.time("updatedAt", "createdAt") ?? 0, $1.element.time("updatedAt", "createdAt") ?? 0)
            return times.0 == times.1 ? $0.offset < $1.offset : times.0 > times.1
        }.map(\.element)
        func first(_ name: String) -> String? { newest.lazy.compactMap { $0.text(name, nullText: true) }.first }
        return Profile(
            building: first("building"),
            invitedBy: first("invitedBy").flatMap { OldName($0) },
            inviteCode: first("inviteCode"),
            publicKey: first("publicKey"),
            recoveryKey: first("recoveryKey"),
            createdAt: records.compactMap { $0.time("createdAt") }.min(),
            updatedAt: records.compactMap { $0.time("updatedAt", "createdAt") }.max()
        )
    }

    private static func agent(_ records: [OldRecord], spelling: String) -> Agent? {
        guard !records.isEmpty else { return nil }
        func first(_ name: String) -> String? { records.lazy.compactMap { $0.text(name) }.first }
        return Agent(
            displayName: first("display_name") ?? spelling,
            oneLiner: first("one_liner"),
            operatorName: first("operator") ?? "unknown",
            model: first("model"),
            keyHash: first("api_key_hash"),
            createdAt: records.compactMap { $0.time("registered_at", "created_at") }.min()
        )
    }

    /// A hash as a JSON object.
    static func json(of fields: [(field: [UInt8], value: [UInt8])]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for (field, value) in fields.sorted(by: { $0.field.lexicographicallyPrecedes($1.field) }) {
            json.key(escaping: String(decoding: field, as: UTF8.self))
            json.string(String(decoding: value, as: UTF8.self))
        }
        json.endObject()
        return json.bytes
    }
}

/// A copy, read.
private struct Source {
    let kind: OldPerson.Copy
    let name: OldName
    let record: OldRecord?
    /// When the person was seen, by this copy.
    let time: Int64?
    let workingOn: String?
    /// By what is believed first, then by content.
    let order: [UInt8]

    init?(_ staged: StagedRecord) {
        guard let kind = OldPerson.Copy(rawValue: staged.kind), let name = OldName(staged.note ?? staged.entity) else {
            return nil
        }
        self.kind = kind
        self.name = name
        record = kind == .seen ? nil : OldRecord(staged.value)
        let rank = UInt8(clamping: OldPerson.Copy.allCases.firstIndex(of: kind) ?? 0)
        order = [rank] + Array(name.spelling.utf8) + [0] + staged.value
        switch kind {
        case .seen: time = Int64(String(decoding: staged.value, as: UTF8.self)).map { $0 &* 1_000 }
        case .presence: time = record?.time("last_heartbeat", "lastSeen")
        default: time = nil
        }
        workingOn = record?.text("one_liner", nullText: true) ?? record?.text("workingOn", nullText: true)
    }
}
