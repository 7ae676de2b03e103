import HTTPTypes
import Kernel
import Postgres

/// A place in a list sorted by time and id: the last row given.
struct ListPosition: Sendable, Hashable {
    let time: PostgresTimestamp
    let id: String

    /// Before everything in a list that starts with the latest.
    static let newest = ListPosition(time: .infinity, id: "")
    /// Before everything in a list that starts with the earliest.
    static let oldest = ListPosition(time: .negativeInfinity, id: "")

    var cursor: String { Cursor(["\(time.microseconds)", id]).text }
}

extension APIRequest {
    /// Where a list sorted by time and id goes on, `nil` at its start.
    ///
    /// - Throws: 400 `invalid_cursor` for what no list gave out, times that Postgres cannot hold among it.
    func position() throws(APIError) -> ListPosition? {
        guard let text = try query.optional("cursor") else { return nil }
        let cursor = try Cursor(text, count: 2)
        let microseconds = try cursor.int(0)
        guard (-62_167_219_200_000_000...253_402_300_799_999_999).contains(microseconds) else {
            throw APIError(
                .badRequest,
                code: "invalid_cursor",
                "cursor is not one that this service gave out.",
                field: "cursor"
            )
        }
        return ListPosition(time: PostgresTimestamp(microseconds: microseconds), id: cursor.parts[1])
    }
}

/// Rows of a list, at most as many as asked for.
struct Page<Row: Sendable>: Sendable {
    let rows: [Row]
    /// Where the next page begins; `nil` on the last one.
    let next: ListPosition?

    /// - Parameter rows: one more than asked for, if there are: it tells whether the list goes on.
    init(_ rows: [Row], limit: Int, position: (Row) -> ListPosition) {
        self.rows = Array(rows.prefix(limit))
        next = rows.count > limit ? self.rows.last.map(position) : nil
    }
}
