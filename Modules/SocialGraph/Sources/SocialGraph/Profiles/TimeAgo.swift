import Postgres

/// How long ago something was, in the words of the original: `just now`, `5m ago`, `2h ago`, `3d ago`.
enum TimeAgo {
    static func text(_ time: PostgresTimestamp, now: PostgresTimestamp) -> String {
        let minutes = (now.microseconds - time.microseconds) / 60_000_000
        switch minutes {
        case ..<1: return "just now"
        case ..<60: return "\(minutes)m ago"
        case ..<1_440: return "\(minutes / 60)h ago"
        default: return "\(minutes / 1_440)d ago"
        }
    }
}
