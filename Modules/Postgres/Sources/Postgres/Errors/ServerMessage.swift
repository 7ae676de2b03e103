import CPostgres

/// The fields of an error that the server sent.
struct ServerMessage: Sendable {
    var severity: String
    var sqlState: SQLState
    var message: String
    var detail: String?
    var hint: String?
    var context: String?
    var schema: String?
    var table: String?
    var column: String?
    var constraint: String?
    var position: Int?
    var function: String?

    /// All fields in one text; quotes data.
    var debugDetail: String {
        var text = "\(severity) \(sqlState): \(message)"
        if let detail { text += "; detail: \(detail)" }
        if let hint { text += "; hint: \(hint)" }
        if let schema { text += "; schema: \(schema)" }
        if let table { text += "; table: \(table)" }
        if let column { text += "; column: \(column)" }
        if let constraint { text += "; constraint: \(constraint)" }
        if let position { text += "; position: \(position)" }
        if let context { text += "; context: \(context)" }
        return text
    }

    /// Whether the server ends the connection after this message.
    var isFatal: Bool { severity == "FATAL" || severity == "PANIC" }

    /// Whether the server no longer knows the prepared statement, or can no longer use its plan. It says so before
    /// it runs anything of it (`exec_bind_message`, `RevalidateCachedQuery` in the sources of Postgres).
    var isStaleStatement: Bool {
        sqlState == .invalidSQLStatementName
            || (sqlState == .featureNotSupported && function == "RevalidateCachedQuery")
    }
}

extension ServerMessage {
    /// Reads the fields of a failed result. A failure that libpq itself found has no code: `nil`.
    init?(_ result: OpaquePointer) {
        // Field codes of `postgres_ext.h`; the macros are not visible to Swift.
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
            return String(cString: text)
        }
        guard let state = field("C") else { return nil }
        severity = field("V") ?? field("S") ?? "ERROR"
        sqlState = SQLState(rawValue: state)
        message = field("M") ?? ""
        detail = field("D")
        hint = field("H")
        context = field("W")
        schema = field("s")
        table = field("t")
        column = field("c")
        constraint = field("n")
        position = field("P").flatMap { Int($0) }
        function = field("R")
    }
}
