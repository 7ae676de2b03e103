import Contracts
import Kernel
import Postgres

/// What a search for people asks for.
struct ExploreFilter: Sendable, Hashable {
    var text: String?
    /// Normalised; see ``Interest``.
    var interest: String?
    var tier: Tier?
    var kind: Person.Kind?
    var activity: Activity?

    /// How lately people were seen.
    enum Activity: String, Sendable, Hashable, CaseIterable {
        case day, week, month

        var microseconds: Int64 {
            switch self {
            case .day: 86_400_000_000
            case .week: 7 * 86_400_000_000
            case .month: 30 * 86_400_000_000
            }
        }
    }

    /// Words of a search that count.
    static let wordLimit = 6
    /// UTF-16 units of a search.
    static let textLength = 100

    init(text: String? = nil, interest: String? = nil, tier: Tier? = nil, kind: Person.Kind? = nil) {
        self.text = text
        self.interest = interest
        self.tier = tier
        self.kind = kind
    }

    /// - Throws: 400 that names the parameter.
    init(_ query: QueryParameters) throws(APIError) {
        text = try query.optional("q", "search")
        if let text, text.utf16.count > Self.textLength { throw .tooLong(field: "q", limit: Self.textLength) }
        if let name = try query.optional("interest") {
            guard let interest = Interest.normalised(name) else { throw .invalid(field: "interest", "is no interest.") }
            self.interest = interest
        }
        if let name = try query.optional("tier") {
            guard let tier = Tier(rawValue: name) else {
                throw .invalid(field: "tier", "must be genesis, verified or member.")
            }
            self.tier = tier
        }
        if let name = try query.optional("active") {
            guard let activity = Activity(rawValue: name) else {
                throw .invalid(field: "active", "must be day, week or month.")
            }
            self.activity = activity
        }
        switch try query.optional("type") {
        case nil, "all": kind = nil
        case "people": kind = .human
        case "agents": kind = .agent
        default: throw .invalid(field: "type", "must be people, agents or all.")
        }
    }

    /// The words to search for.
    var words: [String] { text.map { SearchWords.words(in: $0, limit: Self.wordLimit) } ?? [] }

    /// What everybody found must have besides the words.
    var lexemes: [String] {
        [interest.map(Lexeme.interest), tier.map(Lexeme.tier), kind.map(Lexeme.kind)].compactMap { $0 }
    }
}

/// The text of a `tsquery`.
struct SearchExpression: Sendable, Hashable {
    let text: String

    /// Each of the alternatives of every word, and all of the lexemes; `nil` when nothing is asked for.
    init?(words: [[String]], lexemes: [String]) {
        let terms = words.map { alternatives in
            alternatives.count == 1
                ? Self.quoted(alternatives[0]) : "(" + alternatives.map(Self.quoted).joined(separator: " | ") + ")"
        }
        guard !(terms.isEmpty && lexemes.isEmpty) else { return nil }
        text = (terms + lexemes.map(Self.quoted)).joined(separator: " & ")
    }

    private static func quoted(_ lexeme: String) -> String {
        "'" + lexeme.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
    }
}
