import Foundation
import Postgres

/// Sorts times into the groups that an inbox shows, by the calendar of its owner.
struct RecencyGroups: Sendable {
    /// Microseconds since the Unix epoch at which the owner's today, yesterday and the five days before began.
    private let today: Int64
    private let yesterday: Int64
    private let week: Int64

    /// - Parameter timeZone: an IANA name; an unknown one counts as UTC.
    init(now: PostgresTimestamp, timeZone: String) {
        // UTC, which most people never change, needs no tables.
        let zone = timeZone == "UTC" ? nil : TimeZone(identifier: timeZone)
        func offset(at seconds: Int64) -> Int64 {
            zone.map { Int64($0.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))) } ?? 0
        }
        let seconds = now.microseconds / 1_000_000
        let day = (seconds + offset(at: seconds)) / 86_400
        /// When the day that lies `back` days before today began. The offset of that day counts, not today's.
        func start(back: Int64) -> Int64 {
            let midnight = (day - back) * 86_400
            return (midnight - offset(at: midnight - offset(at: seconds))) * 1_000_000
        }
        today = start(back: 0)
        yesterday = start(back: 1)
        week = start(back: 6)
    }

    /// `today`, `yesterday`, `this week` (the six days before today) or `earlier`.
    func name(of time: PostgresTimestamp) -> String {
        switch time.microseconds {
        case today...: "today"
        case yesterday...: "yesterday"
        case week...: "this week"
        default: "earlier"
        }
    }
}
