import HTTPTypes
import Kernel
import Postgres

/// A place in a list that is sorted by time, newest first, and by name among equals.
struct ListPosition: Sendable, Hashable {
    let time: PostgresTimestamp
    let name: String

    /// Before everything.
    static let start = ListPosition(time: .infinity, name: "")

    init(time: PostgresTimestamp, name: String) {
        self.time = time
        self.name = name
    }

    /// Where a request's `cursor` stands; the start without one.
    ///
    /// - Throws: 400 `invalid_cursor` for what this service did not give out, as for a time that no list can hold.
    init(_ request: APIRequest) throws(APIError) {
        guard let text = try request.query.optional("cursor") else {
            self = .start
            return
        }
        let cursor = try Cursor(text, count: 2)
        let microseconds = try cursor.int(0)
        guard Self.times.contains(microseconds) else {
            throw APIError(
                .badRequest,
                code: "invalid_cursor",
                "cursor is not one that this service gave out.",
                field: "cursor"
            )
        }
        self.init(time: PostgresTimestamp(microseconds: microseconds), name: cursor.parts[1])
    }

    /// What `next` says.
    var text: String { Cursor([String(time.microseconds), name]).text }

    /// The years 0 to 9999, in microseconds since the Unix epoch.
    private static let times: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999
}

/// One page of a list that is sorted by time, newest first.
struct Page<Item: Sendable>: Sendable {
    let items: [Item]
    /// Where the next page begins; `nil` on the last.
    let next: ListPosition?

    init(items: [Item], next: ListPosition?) {
        self.items = items
        self.next = next
    }

    /// - Parameter found: up to one more than `limit`, which tells whether the list goes on.
    init(_ found: [Item], limit: Int, at position: (Item) -> ListPosition) {
        items = Array(found.prefix(limit))
        next = found.count > limit ? items.last.map(position) : nil
    }
}

/// How many items a page of this module's lists has.
enum PageLimit {
    static let range = 1...200
    static let standard = 100

    static func of(_ request: APIRequest) throws(APIError) -> Int {
        try request.query.int("limit", default: standard, in: range)
    }
}
