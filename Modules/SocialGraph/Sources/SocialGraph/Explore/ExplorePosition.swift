import HTTPTypes
import Kernel
import Postgres

/// A place in a list of found people.
struct ExplorePosition: Sendable, Hashable {
    /// Whether the search takes words that are like the typed ones, too.
    var isTolerant = false
    let place: ListPosition

    /// Before everybody, and yet behind those found by name, who stand at the top of the first page alone.
    static let behindNames = ListPosition(time: PostgresTimestamp(microseconds: latest), name: "")

    init(isTolerant: Bool, place: ListPosition) {
        self.isTolerant = isTolerant
        self.place = place
    }

    /// - Throws: 400 `invalid_cursor`.
    init(_ text: String) throws(APIError) {
        let cursor = try Cursor(text, count: 3)
        let microseconds = try cursor.int(1)
        guard (0...Self.latest).contains(microseconds) else {
            throw APIError(
                .badRequest,
                code: "invalid_cursor",
                "cursor is not one that this service gave out.",
                field: "cursor"
            )
        }
        isTolerant = cursor.parts[0] == "like"
        place = ListPosition(time: PostgresTimestamp(microseconds: microseconds), name: cursor.parts[2])
    }

    var text: String {
        Cursor([isTolerant ? "like" : "exact", String(place.time.microseconds), place.name]).text
    }

    /// The end of the year 9999, in microseconds since the Unix epoch.
    private static let latest: Int64 = 253_402_300_799_999_999
}
