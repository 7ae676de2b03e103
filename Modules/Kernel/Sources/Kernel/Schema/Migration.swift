import Crypto

/// One step of a module's schema: a file in its `Migrations` folder.
public struct Migration: Sendable, Hashable {
    /// The file's name without its extension: `0001_messages`. Files run in the order of their names.
    public let name: String
    /// The file's text. Its checksum is kept when it is applied; an applied file that was edited is refused.
    public let sql: String

    public init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }

    /// The files that the build embedded: `Migration.list(EmbeddedText.migrations)`.
    public static func list(_ files: [(name: String, text: String)]) -> [Migration] {
        files.sorted { $0.name < $1.name }.map { file in
            let name = file.name.hasSuffix(".sql") ? String(file.name.dropLast(4)) : file.name
            return Migration(name: name, sql: file.text)
        }
    }

    /// SHA-256 of the text, in hexadecimal.
    var checksum: String {
        SHA256.hash(data: Array(sql.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    /// The first line of a file whose statements cannot run in a transaction (`CREATE INDEX CONCURRENTLY`). It runs
    /// statement by statement and again from its start after a failure, so each statement must allow being repeated.
    static let noTransactionMark = "-- migration: no transaction"

    /// Whether the file runs in one transaction, with its row of history.
    var isTransactional: Bool {
        !sql.hasPrefix(Migration.noTransactionMark)
    }
}
