/// Takes the rows of a COPY in the binary format, of which the values are encoded as a query's are.
///
/// The types must be the columns' own, as nothing is converted: `Int` for `int8`, `Int32` for `int4` …
public struct PostgresCopyRows {
    private let writer: PostgresCopyWriter

    /// "PGCOPY", no flags, no extension. Source: "COPY, Binary Format" in the Postgres documentation.
    private static let header: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF] + Array("\r\n".utf8) + [0] + [UInt8](repeating: 0, count: 8)
    /// A row of −1 fields ends the data.
    private static let trailer: [UInt8] = [0xFF, 0xFF]

    init(_ writer: PostgresCopyWriter) async throws {
        self.writer = writer
        try await writer.write(Self.header)
    }

    /// Adds the row that `fill` writes, value by value, in the order of the columns.
    ///
    /// - Throws: ``PostgresError``; of kind `encoding` for a value that has no binary form, which ends the copy.
    public func add(_ fill: (inout PostgresCopyRow) -> Void) async throws {
        var row = PostgresCopyRow()
        fill(&row)
        try await writer.write(row.bytes())
    }

    func finish() async throws {
        try await writer.write(Self.trailer)
    }
}

/// One row of a COPY, in the making.
public struct PostgresCopyRow {
    private var writer = PostgresByteWriter(capacity: 256)
    private var count: Int16 = 0

    init() {
        writer.write(integer: Int16(0))
    }

    /// The next column's value.
    public mutating func write(_ value: some PostgresEncodable) {
        count += 1
        writer.write(framed: value)
    }

    /// The next column's value; `nil` is NULL.
    public mutating func write(_ value: (some PostgresEncodable)?) {
        guard let value else {
            count += 1
            return writer.write(integer: Int32(-1))
        }
        write(value)
    }

    func bytes() throws(PostgresError) -> [UInt8] {
        if let failure = writer.failure { throw failure }
        var bytes = writer.buffer
        withUnsafeBytes(of: count.bigEndian) { bytes.replaceSubrange(0..<2, with: $0) }
        return bytes
    }
}

extension PostgresConnection {
    /// Copies rows into a table: much faster than inserting them.
    ///
    /// - Parameters:
    ///   - table: its name, with the schema before a dot where it is not on the search path.
    ///   - columns: those that each row has a value for.
    /// - Returns: the number of rows copied.
    /// - Throws: what `body` throws (nothing is copied then), or ``PostgresError``.
    @discardableResult
    public nonisolated(nonsending) func copyRows(
        into table: String,
        _ columns: [String],
        _ body: (PostgresCopyRows) async throws -> Void
    ) async throws -> Int {
        let name = table.split(separator: ".").map { SQLIdentifier.quoted(String($0)) }.joined(separator: ".")
        let list = columns.map(SQLIdentifier.quoted).joined(separator: ", ")
        return try await copyIn("COPY \(name) (\(list)) FROM STDIN (FORMAT binary)") { writer in
            let rows = try await PostgresCopyRows(writer)
            try await body(rows)
            try await rows.finish()
        }
    }
}
