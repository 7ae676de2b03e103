import HTTPTypes
import Kernel
import Postgres

extension Cursor {
    /// The part as a time in microseconds since the Unix epoch, of the years 0 to 9999, which Postgres can hold.
    ///
    /// - Throws: 400 `invalid_cursor`.
    func time(_ index: Int) throws(APIError) -> PostgresTimestamp {
        let microseconds = try int(index)
        guard (-62_167_219_200_000_000...253_402_300_799_999_999).contains(microseconds) else {
            throw APIError(
                .badRequest,
                code: "invalid_cursor",
                "cursor is not one that this service gave out.",
                field: "cursor"
            )
        }
        return PostgresTimestamp(microseconds: microseconds)
    }
}
