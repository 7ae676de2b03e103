import Contracts
import Postgres

/// When a run is over: at its owner's midnight.
enum StreakExpiry {
    /// The first instant that is later than `day` where the person lives.
    ///
    /// Asks the directory, which decides which day it is for whom, instead of computing with time zones again. Where
    /// the clock goes back over midnight there are two such instants; either will do.
    static func end(of day: PostgresDate, for person: Person, _ directory: any PeopleDirectory) -> PostgresTimestamp {
        let text = day.text
        let midnight = day.adding(1).utcStart.microseconds / 1_000_000
        // Local midnights lie between 14 hours before UTC's (Kiritimati) and 12 after it.
        var before = midnight - 15 * 3_600
        var after = midnight + 15 * 3_600
        while after - before > 1 {
            let middle = before + (after - before) / 2
            let instant = PostgresTimestamp(microseconds: middle * 1_000_000)
            if directory.day(of: person, at: instant) > text { after = middle } else { before = middle }
        }
        return PostgresTimestamp(microseconds: after * 1_000_000)
    }
}
