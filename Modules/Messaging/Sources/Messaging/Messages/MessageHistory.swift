import JSONText
import Postgres

/// Everything the module holds about a person, for the export of their account.
struct MessageHistory: Sendable {
    private let database: PostgresClient
    private let store: PostgresMessageStore

    init(_ database: PostgresClient) {
        self.database = database
        store = PostgresMessageStore(database: database)
    }

    /// Rows fetched at a time, so that a long history needs memory for its text alone.
    private static let page = 1_000

    func export(_ handle: String) async throws -> JSON {
        .object(
            [
                ("sent", .array(try await messages(of: handle, .sent))),
                ("received", .array(try await messages(of: handle, .received))),
            ] + (try await store.exportExtensions(of: handle))
        )
    }

    private func messages(of handle: String, _ side: HistorySide) async throws -> [JSON] {
        var messages: [JSON] = []
        var position = ListPosition(time: .negativeInfinity, name: "")
        while true {
            let rows = try await database.read(
                MessageQueries.history(of: handle, side, after: position, limit: Self.page)
            )
            for row in rows { messages.append(Self.message(row)) }
            guard rows.count == Self.page, let last = rows.last else { return messages }
            position = ListPosition(time: last.timestamp(5), name: last.string(0))
        }
    }

    private static func message(_ row: PostgresRow) -> JSON {
        func text(_ column: Int) -> JSON { row.isNull(column) ? .null : .string(row.string(column)) }
        return [
            "id": text(0),
            "from": text(1),
            "to": text(2),
            "text": text(3),
            "payload": row.isNull(4) ? .null : .raw(row.withBytes(4) { Array($0) }),
            "created_at": .timestamp(row.timestamp(5).microseconds),
            "read": .bool(row.bool(6)),
            "read_at": row.isNull(7) ? .null : .timestamp(row.timestamp(7).microseconds),
            "type": text(8),
            "reply_to": text(9),
            "edited_at": row.isNull(10) ? .null : .timestamp(row.timestamp(10).microseconds),
            "deleted_at": row.isNull(11) ? .null : .timestamp(row.timestamp(11).microseconds),
        ]
    }
}
