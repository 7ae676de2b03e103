import JSONText
import Postgres

/// What a heartbeat says: changes to a presence. Several can be put together before they are written.
struct PresencePatch: Sendable {
    var workingOn: String?
    var project: String?
    var location: String?
    /// Members to set, and with `null` those to clear.
    var context = PresenceContext()
    var mood: MoodChange = .keep
    var seen: PostgresTimestamp
    var hasLeft = false
    var sources = PresenceContext()
    var humanPresent: Bool?

    enum MoodChange: Sendable, Equatable {
        case keep, clear
        case set(PresenceState.Mood)
    }

    init(seen: PostgresTimestamp) {
        self.seen = seen
    }

    /// Both, one after the other.
    func followed(by later: PresencePatch) -> PresencePatch {
        var both = self
        both.workingOn = later.workingOn ?? workingOn
        both.project = later.project ?? project
        both.location = later.location ?? location
        both.context = context.followed(by: later.context, clears: false, within: .context)
        if later.mood != .keep { both.mood = later.mood }
        both.seen = max(seen, later.seen)
        both.hasLeft = later.hasLeft
        both.sources = sources.followed(by: later.sources, clears: false, within: .sources)
        both.humanPresent = later.humanPresent ?? humanPresent
        return both
    }

    /// Whether the JSON text is `null`, which clears a member.
    static func isNull(_ value: [UInt8]) -> Bool {
        value.elementsEqual("null".utf8)
    }
}

extension PresenceState {
    /// The presence after a heartbeat: what it does not say, or says emptily, stays (original-api.md, 1.1).
    func applying(_ patch: PresencePatch) -> PresenceState {
        var next = self
        next.workingOn = patch.workingOn ?? workingOn
        next.project = patch.project ?? project
        next.location = patch.location ?? location
        next.context = context.followed(by: patch.context, clears: true, within: .context)
        switch patch.mood {
        case .keep: break
        case .clear: next.mood = nil
        case .set(let mood): next.mood = mood
        }
        let gap = patch.seen.microseconds - lastSeen.microseconds
        if hasLeft || gap >= PresenceStatus.awayLimit { next.firstSeen = patch.seen }
        next.lastSeen = max(lastSeen, patch.seen)
        next.hasLeft = patch.hasLeft
        next.sources = sources.followed(by: patch.sources, clears: true, within: .sources)
        next.humanPresent = patch.humanPresent ?? humanPresent
        return next
    }
}
