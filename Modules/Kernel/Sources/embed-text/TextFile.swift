import Foundation

/// A file to embed.
struct TextFile {
    /// Below the target's folder, `/` between the parts: `Migrations/0001_messages.sql`.
    let path: String
    let text: String

    init(path: String, root: String) throws {
        let prefix = root.hasSuffix("/") ? root : root + "/"
        self.path = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
        let data = try Data(contentsOf: URL(filePath: path))
        guard let text = String(validating: data, as: UTF8.self) else {
            throw EmbedTextError(reason: "\(path) is not UTF-8")
        }
        self.text = text
    }

    /// The name in `EmbeddedText.migrations`, if the file lies directly in `Migrations`.
    var migrationName: String? {
        let parts = path.split(separator: "/")
        guard parts.count == 2, parts[0] == "Migrations", parts[1].lowercased().hasSuffix(".sql") else { return nil }
        return String(parts[1])
    }

    /// The name of the constant: the path without its extension in lowerCamelCase, `Queries/inbox_page.sql` as
    /// `queriesInboxPage`.
    var constantName: String {
        let stem = path.prefix(upTo: path.lastIndex(of: ".") ?? path.endIndex)
        let words = stem.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let name = words.enumerated().map { index, word in
            index == 0 ? word.prefix(1).lowercased() + word.dropFirst() : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
        return name.first.map { $0.isLetter ? name : "_" + name } ?? "_"
    }
}

/// Why a file cannot be embedded.
struct EmbedTextError: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}
