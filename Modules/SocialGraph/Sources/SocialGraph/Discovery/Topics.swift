/// What leads from one person to another: interests, written `#rust`, and words of what somebody builds.
enum Topics {
    /// Words of one text that count.
    private static let buildingLimit = 8

    /// The words that say what somebody builds: longer than three letters, as the original's clients match
    /// (`tools/discover.js`), and not those that everybody writes.
    static func buildingWords(_ building: String?) -> [String] {
        guard let building else { return [] }
        let words = SearchWords.words(in: building, limit: 40).filter { $0.count > 3 && !common.contains($0) }
        return Array(words.prefix(buildingLimit))
    }

    static func interest(_ interest: String) -> String { "#" + interest }

    /// The topics under which a person is found.
    static func own(interests: [String], buildingWords: [String]) -> [String] {
        interests.map(interest) + buildingWords
    }

    /// The topics under which a person finds others: their own, either as an interest or as a word, and what
    /// complements them.
    static func wanted(interests: [String], buildingWords: [String]) -> [String] {
        var wanted: [String] = []
        var seen: Set<String> = []
        let own = interests + buildingWords
        for term in own + own.flatMap({ Complements.of($0) }) {
            for topic in [interest(term), term] where seen.insert(topic).inserted { wanted.append(topic) }
        }
        return Array(wanted.prefix(wantedLimit))
    }

    private static let wantedLimit = 48

    private static let common: Set<String> = [
        "about", "also", "another", "around", "based", "been", "better", "build", "building", "built", "cool", "create",
        "creating", "doing", "from", "good", "have", "help", "helps", "here", "into", "just", "like", "made", "make",
        "makes", "making", "more", "much", "need", "new", "nice", "other", "people", "project", "projects", "really",
        "some", "something", "stuff", "than", "that", "their", "them", "then", "there", "these", "they", "thing",
        "things", "this", "thing", "tool", "tools", "trying", "users", "using", "very", "want", "what", "when", "where",
        "which", "while", "with", "work", "working", "works", "world", "your",
    ]
}
