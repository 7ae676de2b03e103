import Contracts

/// Names that somebody might take instead of the one they cannot have.
enum Suggestions {
    /// Candidates in order of preference; whether they are free is for the database to say.
    ///
    /// - Parameter input: what was asked for, readable or not.
    static func candidates(for input: String) -> [String] {
        var base = input.lowercased().unicodeScalars.compactMap(kept).joined()
        // Whatever follows or precedes these, the name stays a game's.
        if base.hasPrefix("solo_") { base.removeFirst(5) }
        if base.hasSuffix("_room") { base.removeLast(5) }
        while let first = base.first, first == "_" { base.removeFirst() }
        base = String(base.prefix(Handle.lengths.upperBound - longestEnding))
        if base.isEmpty || base.allSatisfy(\.isNumber) { base = "vibe_" + base }
        let endings = ["", "_dev", "_ai", "_1", "_builds", "_hq", "_2", "_codes", "_3", "_makes", "_4", "_5", "_6"]
        return endings.compactMap { ending in
            guard let handle = try? Handle(base + ending), !GameStore.isName(handle.key) else { return nil }
            return handle.key
        }
    }

    /// How many are shown, as in the original.
    static let count = 3

    private static let longestEnding = 7

    private static func kept(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "a"..."z", "0"..."9", "_": String(scalar)
        case "-", " ", ".": "_"
        default: nil
        }
    }
}
