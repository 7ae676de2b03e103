import CPostgres

/// What a statement answered: its rows, and how many rows it touched.
///
/// The rows stay in the form in which they arrived; they are decoded when and where they are asked for. The memory
/// goes with the last reference.
///
/// `@unchecked Sendable`: a `PGresult` is never changed after it was received, which is all that happens to it
/// here, and libpq's accessors only read it.
public final class PostgresRows: RandomAccessCollection, @unchecked Sendable {
    private let result: OpaquePointer

    /// The number of rows.
    public let count: Int

    /// Takes over a result, and frees it in the end.
    init(owning result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
    }

    deinit {
        PQclear(result)
    }

    /// The number of columns.
    public var columnCount: Int { Int(PQnfields(result)) }

    /// The first row's index.
    public var startIndex: Int { 0 }

    /// One past the last row's index.
    public var endIndex: Int { count }

    /// A row, by its index from 0.
    @inlinable
    public subscript(index: Int) -> PostgresRow {
        precondition(index >= 0 && index < count, "row index out of range")
        return PostgresRow(rows: self, row: Int32(truncatingIfNeeded: index))
    }

    /// The rows inserted, updated, deleted, selected or copied, as the command tag says; 0 for other statements.
    public var affected: Int {
        // PQcmdTuples only reads, though it is declared to take a mutable result.
        PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The server's name for what was done, as `INSERT 0 1` or `COMMIT`.
    public var commandTag: String {
        PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    /// The index of the first column of this name (compared exactly), from 0; `nil` if there is none.
    public func columnIndex(_ name: String) -> Int? {
        (0..<columnCount).first { columnName($0) == name }
    }

    /// A column's name; empty if there is no such column.
    public func columnName(_ column: Int) -> String {
        PQfname(result, Int32(column)).map { String(cString: $0) } ?? ""
    }

    /// A column's type.
    public func columnType(_ column: Int) -> PostgresType {
        PostgresType(rawValue: PQftype(result, Int32(column)))
    }

    /// The type of a column that can be decoded: it exists, and came in binary form.
    @usableFromInline
    func checkedType(_ column: Int) throws -> PostgresType {
        guard column >= 0, column < columnCount else { throw PostgresError.decoding("there is no column \(column)") }
        guard PQfformat(result, Int32(column)) == 1 else {
            throw PostgresError.decoding("the simple protocol answers in text only")
        }
        return columnType(column)
    }

    @usableFromInline
    func isNull(_ row: Int32, _ column: Int) -> Bool {
        PQgetisnull(result, row, Int32(truncatingIfNeeded: column)) != 0
    }

    /// The bytes of a cell, valid as long as `self`; none for NULL.
    @usableFromInline
    func bytes(_ row: Int32, _ column: Int) -> UnsafeRawBufferPointer {
        let column = Int32(truncatingIfNeeded: column)
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column),
            count: Int(PQgetlength(result, row, column))
        )
    }
}
