import Contracts
import JSONText
import Postgres

/// Something that two people who are here have in common right now.
struct Moment: Sendable, Hashable {
    /// Relevance and action by kind: the table of the original's client (`intelligence/serendipity.js`).
    enum Kind: String, Sendable, Hashable, CaseIterable {
        case sameFile = "same_file"
        case similarError = "similar_error"
        case sameTopic = "same_branch_topic"
        case sameModule = "same_module"
        case complementary
        case bothNew = "both_new"

        var relevance: Double {
            switch self {
            case .sameFile: 0.95
            case .similarError: 0.85
            case .sameTopic: 0.80
            case .sameModule: 0.75
            case .complementary: 0.70
            case .bothNew: 0.50
            }
        }

        var action: String {
            switch self {
            case .sameFile: "pair"
            case .similarError: "help"
            case .sameTopic, .sameModule: "connect"
            case .complementary: "inform"
            case .bothNew: "welcome"
            }
        }
    }

    let kind: Kind
    /// The folded handle of the other one.
    let person: String
    /// A sentence; `{person}` stands where the other one's name belongs.
    let text: String

    /// From here on a moment is listed, and from here on the first is worth interrupting for.
    static let listed = 0.50
    static let surfaced = 0.60

    func json(_ person: Person) -> JSON {
        [
            "type": .string(kind.rawValue),
            "action": .string(kind.action),
            "relevance": .double(kind.relevance),
            "handle": .string(person.shown),
            "isAgent": .bool(person.isAgent),
            "text": .string(text.replacing("{person}", with: "@" + person.shown)),
        ]
    }
}

/// Finds what one person has in common with others who are here. Pure.
struct MomentFinder: Sendable {
    let viewer: LivePerson
    /// Whether the viewer, and who else, registered within the last day.
    let newcomers: Set<String>

    private let topic: String?
    private let work: CodePlace.Work?
    private let module: String?

    init(viewer: LivePerson, newcomers: Set<String>) {
        self.viewer = viewer
        self.newcomers = newcomers
        topic = viewer.branch.flatMap(CodePlace.topic)
        work = viewer.branch.flatMap(CodePlace.work)
        module = viewer.file.flatMap(CodePlace.module)
    }

    /// The most relevant first, then those with whoever was seen last.
    func moments(with others: [LivePerson], limit: Int) -> [Moment] {
        let found = others.filter { $0.handle != viewer.handle }.flatMap { other in
            moments(with: other).map { (other.lastSeen, $0) }
        }
        let ordered = found.filter { $0.1.kind.relevance >= Moment.listed }.sorted { one, other in
            (one.1.kind.relevance, one.0, other.1.person) > (other.1.kind.relevance, other.0, one.1.person)
        }
        return ordered.prefix(limit).map(\.1)
    }

    private func moments(with other: LivePerson) -> [Moment] {
        [
            sameFile(other), similarError(other), sameTopic(other), sameModule(other), complementary(other),
            bothNew(other),
        ]
        .compactMap { $0 }
    }

    private func sameFile(_ other: LivePerson) -> Moment? {
        guard let file = viewer.file, !file.isEmpty, file == other.file else { return nil }
        return Moment(kind: .sameFile, person: other.handle, text: "{person} is in the same file as you: \(file).")
    }

    private func similarError(_ other: LivePerson) -> Moment? {
        guard let mine = viewer.error, let theirs = other.error,
            ErrorSimilarity.between(mine, theirs) > ErrorSimilarity.threshold
        else { return nil }
        return Moment(kind: .similarError, person: other.handle, text: "{person} is looking at a similar error.")
    }

    private func sameTopic(_ other: LivePerson) -> Moment? {
        guard let topic, topic == other.branch.flatMap(CodePlace.topic) else { return nil }
        return Moment(kind: .sameTopic, person: other.handle, text: "{person} works on \(topic) too.")
    }

    private func sameModule(_ other: LivePerson) -> Moment? {
        guard let module, viewer.file != other.file, module == other.file.flatMap(CodePlace.module) else { return nil }
        return Moment(kind: .sameModule, person: other.handle, text: "{person} works in the same part: \(module).")
    }

    private func complementary(_ other: LivePerson) -> Moment? {
        guard let topic, let branch = other.branch, topic == CodePlace.topic(ofBranch: branch),
            let mine = work, let theirs = CodePlace.work(onBranch: branch), mine != theirs
        else { return nil }
        let text =
            mine == .fix
            ? "You fix \(topic) while {person} adds to it." : "You add to \(topic) while {person} fixes it."
        return Moment(kind: .complementary, person: other.handle, text: text)
    }

    private func bothNew(_ other: LivePerson) -> Moment? {
        guard newcomers.contains(viewer.handle), newcomers.contains(other.handle) else { return nil }
        return Moment(kind: .bothNew, person: other.handle, text: "{person} is new here, as you are.")
    }
}
