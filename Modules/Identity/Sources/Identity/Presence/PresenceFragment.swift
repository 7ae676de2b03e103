import Contracts
import JSONText
import NIOCore
import Postgres

/// One person's row of a list, rendered, until what it says changes.
struct PresenceFragment: Sendable {
    let handle: String
    let status: PresenceStatus
    let row: [UInt8]
    /// The row of `GET /api/presence/who`.
    let whoRow: [UInt8]
    /// Seen less than five minutes ago, as `who` counts.
    let isActiveForWho: Bool
    /// What "how long ago" was rendered from.
    private let minutes: Int64

    /// - Returns: `nil` for somebody who is not here.
    init?(_ state: PresenceState, at now: PostgresTimestamp) {
        status = PresenceStatus(of: state, at: now)
        guard status != .offline else { return nil }
        handle = state.handle
        minutes = Ago.minutes(from: state.lastSeen, to: now)
        row = PresenceRendering.row(state, at: now)
        isActiveForWho = minutes < WhoRendering.activeMinutes
        whoRow = WhoRendering.row(state, isActive: isActiveForWho, at: now)
    }

    /// Whether the rendered row still says the truth. The age alone decides: a changed state drops its fragment.
    func isCurrent(_ state: PresenceState, at now: PostgresTimestamp) -> Bool {
        Ago.minutes(from: state.lastSeen, to: now) == minutes && PresenceStatus(of: state, at: now) == status
    }
}

/// The lists that are rendered once for everybody.
enum PresenceListKind: Sendable, Hashable {
    /// `GET /api/presence` and `GET /api/v2/presence`.
    case presence
    /// `GET /api/v2/presence?include=recent`, with those who were here within a day.
    case presenceWithRecent
    /// `GET /api/presence/who`.
    case who

    func body(_ fragments: [PresenceFragment], recent: [[UInt8]]) -> ByteBuffer {
        var json = JSONWriter(capacity: 1_024 + fragments.count * 2_048)
        switch self {
        case .presence: writePresence(fragments, recent: nil, to: &json)
        case .presenceWithRecent: writePresence(fragments, recent: recent, to: &json)
        case .who: WhoRendering.write(fragments, to: &json)
        }
        return json.withBytes { ByteBuffer(bytes: $0) }
    }

    private func writePresence(_ fragments: [PresenceFragment], recent: [[UInt8]]?, to json: inout JSONWriter) {
        func writeRows(_ status: PresenceStatus) {
            for fragment in fragments where fragment.status == status { json.raw(fragment.row) }
        }
        let active = fragments.count { $0.status == .active }
        json.beginObject()
        json.key("success")
        json.bool(true)
        json.key("active")
        json.beginArray()
        writeRows(.active)
        json.endArray()
        json.key("away")
        json.beginArray()
        writeRows(.away)
        json.endArray()
        json.key("offline")
        json.beginArray()
        json.endArray()
        if let recent {
            json.key("recent")
            json.beginArray()
            for row in recent { json.raw(row) }
            json.endArray()
        }
        json.key("users")
        json.beginArray()
        writeRows(.active)
        writeRows(.away)
        json.endArray()
        json.key("yourMatches")
        json.beginArray()
        json.endArray()
        json.key("counts")
        json.beginObject()
        json.key("active")
        json.int(active)
        json.key("away")
        json.int(fragments.count - active)
        json.key("total")
        json.int(fragments.count)
        json.endObject()
        json.key("storage")
        json.string("postgres")
        json.endObject()
    }
}

/// `GET /api/presence/who` (original-api.md, 1.3).
enum WhoRendering {
    /// Whoever was seen longer ago is idle.
    static let activeMinutes: Int64 = 5

    static func row(_ state: PresenceState, isActive: Bool, at now: PostgresTimestamp) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.key("handle")
        json.string(state.profile.shown)
        json.key("one_liner")
        json.string(state.workingOn ?? PresenceState.defaultWorkingOn)
        json.key("status")
        json.string(isActive ? "active" : "idle")
        json.key("lastSeen")
        json.epochMilliseconds(microsecondsSinceEpoch: state.lastSeen.microseconds)
        json.key("last_seen")
        json.string(Ago.long(from: state.lastSeen, to: now))
        for name in ["file", "branch", "error", "note"] {
            json.key(escaping: name)
            json.optional(state.context.text(name))
        }
        PresenceRendering.writeMood(state, to: &json)
        json.key("isAgent")
        json.bool(state.profile.kind == .agent || state.profile.kind == .system)
        json.endObject()
        return json.bytes
    }

    /// Actives first; fragments come newest first, so they are.
    static func write(_ fragments: [PresenceFragment], to json: inout JSONWriter) {
        json.beginObject()
        json.key("users")
        json.beginArray()
        for fragment in fragments { json.raw(fragment.whoRow) }
        json.endArray()
        json.key("success")
        json.bool(true)
        json.key("_cache")
        json.null()
        json.endObject()
    }
}
