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
}
