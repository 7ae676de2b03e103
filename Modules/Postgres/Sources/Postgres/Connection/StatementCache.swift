#if canImport(Glibc)
import Glibc
#endif

/// What tells statements apart: the text, and the types of the values.
struct StatementKey: Hashable {
    let sql: String
    let signature: UInt64
}

/// A statement that one connection knows by a name.
final class PreparedStatement {
    let key: StatementKey
    /// The name, as C wants it. A connection never uses a name twice.
    let name: UnsafePointer<CChar>
    /// Why the server could not prepare it.
    var refusal: PostgresError?
    fileprivate var lastUse: UInt64 = 0

    init(key: StatementKey, serial: UInt64) {
        self.key = key
        let text = Array("s\(serial)".utf8CString)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
        copy.initialize(from: text, count: text.count)
        name = UnsafePointer(copy)
    }

    deinit {
        name.deallocate()
    }
}

/// The statements that one connection has prepared, or is about to; the least recently used ones go first.
struct StatementCache {
    private let limit: Int
    private var statements: [StatementKey: PreparedStatement] = [:]
    private var uses: UInt64 = 0
    private var serial: UInt64 = 0

    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    var count: Int { statements.count }

    mutating func find(_ key: StatementKey) -> PreparedStatement? {
        guard let statement = statements[key] else { return nil }
        uses &+= 1
        statement.lastUse = uses
        return statement
    }

    /// Adds a statement that the server is about to prepare.
    ///
    /// - Returns: the statement, and the one that had to go, which the server should forget too.
    mutating func add(_ key: StatementKey) -> (added: PreparedStatement, dropped: PreparedStatement?) {
        var dropped: PreparedStatement?
        if statements.count >= limit, let oldest = statements.values.min(by: { $0.lastUse < $1.lastUse }) {
            statements[oldest.key] = nil
            dropped = oldest
        }
        serial += 1
        uses &+= 1
        let statement = PreparedStatement(key: key, serial: serial)
        statement.lastUse = uses
        statements[key] = statement
        return (statement, dropped)
    }

    /// Forgets a statement, unless another one took its place.
    mutating func forget(_ statement: PreparedStatement) {
        if statements[statement.key] === statement { statements[statement.key] = nil }
    }

    /// Forgets everything, as the server does at DISCARD ALL.
    mutating func removeAll() {
        statements.removeAll()
    }
}
