import JSONText
import Postgres

extension JSON {
    /// `YYYY-MM-DD`, or null.
    static func day(_ day: PostgresDate?) -> JSON {
        day.map { .string($0.text) } ?? .null
    }
}
