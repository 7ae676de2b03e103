import Contracts
import JSONText
import Postgres

/// Presences as clients read them: every field that some client knows (clients.md, 0.5).
enum PresenceRendering {
    static func row(_ state: PresenceState, at now: PostgresTimestamp) -> [UInt8] {
        var json = JSONWriter(capacity: 1_024)
        write(state, at: now, to: &json)
        return json.bytes
    }

    static func write(_ state: PresenceState, at now: PostgresTimestamp, to json: inout JSONWriter) {
        let status = PresenceStatus(of: state, at: now)
        let profile = state.profile
        json.beginObject()
        json.key("username")
        json.string(profile.shown)
        json.key("handle")
        json.string(profile.shown)
        json.key("x")
        json.string(profile.xHandle ?? profile.shown)
        json.key("status")
        json.string(status.rawValue)
        json.key("workingOn")
        json.string(state.workingOn ?? PresenceState.defaultWorkingOn)
        json.key("one_liner")
        json.string(state.workingOn ?? PresenceState.defaultWorkingOn)
        json.key("project")
        json.optional(state.project)
        json.key("location")
        json.optional(state.location)
        for name in workFields {
            json.key(escaping: name)
            json.optional(state.context.text(name))
        }
        json.key("context")
        state.context.write(to: &json)
        writeMood(state, to: &json)
        json.key("firstSeen")
        json.timestamp(microsecondsSinceEpoch: state.firstSeen.microseconds)
        json.key("lastSeen")
        json.timestamp(microsecondsSinceEpoch: state.lastSeen.microseconds)
        json.key("ago")
        json.string(Ago.short(from: state.lastSeen, to: now))
        json.key("dna")
        json.raw(defaultDNA)
        json.key("builderMode")
        json.string(BuilderMode(of: state, status: status).rawValue)
        json.key("matchPercent")
        json.null()
        json.key("isAgent")
        json.bool(profile.kind == .agent || profile.kind == .system)
        json.key("operator")
        json.optional(profile.operatedBy)
        json.key("agentType")
        json.optional(profile.agentType)
        json.key("human_present")
        json.bool(state.humanPresent ?? (profile.kind == .human))
        json.key("github")
        json.raw(noGitHub)
        writeSources(state, to: &json)
        json.endObject()
    }

    static func writeMood(_ state: PresenceState, to json: inout JSONWriter) {
        json.key("mood")
        json.optional(state.mood?.text)
        json.key("mood_inferred")
        json.bool(state.mood?.isInferred ?? false)
        json.key("mood_reason")
        json.optional(state.mood?.reason)
    }

    private static func writeSources(_ state: PresenceState, to json: inout JSONWriter) {
        json.key("sources")
        json.beginArray()
        for (name, _) in state.sources.members { json.string(name) }
        json.endArray()
        json.key("reach_via")
        json.beginArray()
        for (_, ways) in state.sources.members {
            guard let list = try? JSONDocument(ways).root else { continue }
            for way in list.elements { json.raw(way) }
        }
        json.endArray()
    }

    /// Members of the context that clients also read beside it.
    private static let workFields = ["file", "branch", "repo", "error", "note"]
    private static let defaultDNA = Array(#"{"top":"platform"}"#.utf8)
    /// Nothing is known of anybody's commits; clients expect the members.
    private static let noGitHub = Array(#"{"shipping_mode":false,"total_commits":0,"active_repos":[]}"#.utf8)
}

/// Times as "how long ago".
enum Ago {
    /// `now`, `5m`, `3h`, `2d` (original-api.md, 1.1).
    static func short(from then: PostgresTimestamp, to now: PostgresTimestamp) -> String {
        let minutes = minutes(from: then, to: now)
        if minutes < 1 { return "now" }
        if minutes < 60 { return "\(minutes)m" }
        return minutes < 24 * 60 ? "\(minutes / 60)h" : "\(minutes / (24 * 60))d"
    }

    /// `just now`, `5m ago`, `3h ago`, `2d ago` (original-api.md, 1.3).
    static func long(from then: PostgresTimestamp, to now: PostgresTimestamp) -> String {
        let text = short(from: then, to: now)
        return text == "now" ? "just now" : text + " ago"
    }

    static func minutes(from then: PostgresTimestamp, to now: PostgresTimestamp) -> Int64 {
        max(now.microseconds - then.microseconds, 0) / 60_000_000
    }
}

extension JSONWriter {
    /// Text, or null.
    mutating func optional(_ text: String?) {
        if let text {
            string(text)
        } else {
            null()
        }
    }

    /// A time, or null.
    mutating func optional(_ time: PostgresTimestamp?) {
        if let time {
            timestamp(microsecondsSinceEpoch: time.microseconds)
        } else {
            null()
        }
    }
}
