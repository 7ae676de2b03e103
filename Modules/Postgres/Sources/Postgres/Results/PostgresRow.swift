/// One row of a ``PostgresRows``, which it keeps alive.
public struct PostgresRow: Sendable {
    @usableFromInline let rows: PostgresRows
    @usableFromInline let row: Int32

    @usableFromInline
    init(rows: PostgresRows, row: Int32) {
        self.rows = rows
        self.row = row
    }

    /// Reads a column, counted from 0. NULL throws unless the type is optional.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding`.
    @inlinable
    public func decode<T: PostgresDecodable>(_ type: T.Type, _ column: Int) throws -> T {
        let columnType = try rows.checkedType(column)
        if rows.isNull(row, column) { return try T(postgresNull: columnType) }
        return try withExtendedLifetime(rows) { try T(postgres: rows.bytes(row, column), type: columnType) }
    }

    /// Reads a column, counted from 0, as the type the caller expects.
    @inlinable
    public func decode<T: PostgresDecodable>(_ column: Int) throws -> T {
        try decode(T.self, column)
    }

    /// Reads a column by its name. It is searched in every row: hot paths use the index.
    public func decode<T: PostgresDecodable>(_ type: T.Type = T.self, _ column: String) throws -> T {
        guard let index = rows.columnIndex(column) else {
            throw PostgresError.decoding("there is no column \(column)")
        }
        return try decode(T.self, index)
    }

    /// Reads the first columns in order: `let (handle, age) = try row.decode((String, Int?).self)`.
    @inlinable
    public func decode<each T: PostgresDecodable>(_ types: (repeat each T).Type) throws -> (repeat each T) {
        var column = 0
        func next<Value: PostgresDecodable>(_ type: Value.Type) throws -> Value {
            defer { column += 1 }
            return try decode(type, column)
        }
        return (repeat try next((each T).self))
    }

    /// Reads a column as text as the server wrote it, whatever its type: for results of the simple protocol.
    /// `nil` is NULL.
    public func text(_ column: Int) -> String? {
        isNull(column) ? nil : withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }
}

// The hot path: no copies, no checks but libpq's own and assertions. The caller knows the column's type.
extension PostgresRow {
    /// Whether a column is NULL.
    @inlinable
    public func isNull(_ column: Int) -> Bool {
        rows.isNull(row, column)
    }

    /// Lends the binary form of a column during the call of `body`; no bytes for NULL.
    @inlinable
    public func withBytes<R>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(rows) { try body(rows.bytes(row, column)) }
    }

    /// An `int2`, `int4` or `int8` column; 0 for NULL.
    @inlinable
    public func int64(_ column: Int) -> Int64 {
        withBytes(column) { bytes in
            switch bytes.count {
            case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            case 2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
            default:
                assert(bytes.isEmpty, "not an integer column")
                return 0
            }
        }
    }

    /// An `int2` or `int4` column; 0 for NULL.
    @inlinable
    public func int32(_ column: Int) -> Int32 {
        Int32(truncatingIfNeeded: int64(column))
    }

    /// A `bool` column; `false` for NULL.
    @inlinable
    public func bool(_ column: Int) -> Bool {
        withBytes(column) { $0.first == 1 }
    }

    /// A `float8` or `float4` column; 0 for NULL.
    @inlinable
    public func double(_ column: Int) -> Double {
        withBytes(column) { bytes in
            switch bytes.count {
            case 8: return Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
            case 4: return Double(Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
            default:
                assert(bytes.isEmpty, "not a floating-point column")
                return 0
            }
        }
    }

    /// A `timestamptz` or `timestamp` column; the Unix epoch for NULL.
    @inlinable
    public func timestamp(_ column: Int) -> PostgresTimestamp {
        withBytes(column) { bytes in
            guard bytes.count == 8 else {
                assert(bytes.isEmpty, "not a timestamp column")
                return PostgresTimestamp(microseconds: 0)
            }
            return PostgresTimestamp(sincePostgresEpoch: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        }
    }

    /// A `text` column copied into a string; empty for NULL.
    @inlinable
    public func string(_ column: Int) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }
}
