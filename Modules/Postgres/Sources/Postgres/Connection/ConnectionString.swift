import CPostgres

/// Checks connection strings with libpq's own parser.
enum ConnectionString {
    /// - Throws: ``PostgresError`` of kind `configuration`. libpq's own words are kept only where they name a
    ///   parameter; elsewhere they may quote the address, password included.
    static func validate(_ text: String) throws {
        if let separator = text.firstRange(of: "://"),
            !["postgres", "postgresql"].contains(text[..<separator.lowerBound])
        {
            throw PostgresError(.configuration, "a database URL must begin with postgres:// or postgresql://")
        }
        var message: UnsafeMutablePointer<CChar>?
        if let options = PQconninfoParse(text, &message) {
            PQconninfoFree(options)
            return
        }
        let words = message.map { String(cString: $0) } ?? ""
        if let message { PQfreemem(message) }
        let harmless = ["invalid URI query parameter:", "invalid connection option"]
        let reason = harmless.contains { words.hasPrefix($0) } ? words.filter { $0 != "\n" } : "it is malformed"
        throw PostgresError(.configuration, "the database URL cannot be used: \(reason)")
    }
}
