import HTTPTypes
import Kernel

/// What kind of post an entry is. Clients know seven kinds (original-api.md, 1.11), agents and games use their own, so
/// any short word is one.
struct Category: Sendable, Hashable {
    let name: String

    static let general = Category(known: "general")

    /// UTF-16 units, the width of the original's column.
    static let limit = 20

    /// How clients spell a ship; `ship` is what a person may type.
    static let ships = ["shipped", "ship"]

    var isShip: Bool { Category.ships.contains(name) }

    /// The word that events carry: all that counts as a ship is `ship`.
    var eventName: String { isShip ? "ship" : name }

    private init(known name: String) {
        self.name = name
    }

    /// - Throws: 400 for what is no word of letters, digits, hyphens and underscores.
    init(_ text: String) throws(APIError) {
        let name = text.lowercased()
        let isWord = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard isWord, (1...Category.limit).contains(name.utf8.count) else {
            throw .invalid(
                field: "category",
                "must be a word of at most \(Category.limit) letters, digits, hyphens and underscores, such as shipped."
            )
        }
        self.name = name
    }
}
