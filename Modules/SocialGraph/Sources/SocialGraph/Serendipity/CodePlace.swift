/// What a branch's name and a file's path tell of the work: the rules of the original's client
/// (`intelligence/serendipity.js`).
enum CodePlace {
    /// What is done on a branch, as far as its name says.
    enum Work: Sendable, Hashable {
        case fix, feature
    }

    /// The subject of a branch: `auth` of `fix/auth-timeout`. The first well-known word, or else the first of more than
    /// two letters.
    static func topic(ofBranch branch: String) -> String? {
        let segments = segments(of: branch)
        let rest = segments.first.map { prefixes.keys.contains($0) } == true ? segments.dropFirst() : segments[...]
        return rest.first(where: keywords.contains) ?? rest.first { $0.count > 2 && !trunks.contains($0) }
    }

    static func work(onBranch branch: String) -> Work? {
        segments(of: branch).first.flatMap { prefixes[$0] ?? nil }
    }

    /// The part of a project that a file belongs to: the folder below `src` and its like, or else the one it lies in.
    /// `nil` for a file that lies in no folder of its own.
    static func module(ofFile path: String) -> String? {
        let folders = path.split { $0 == "/" || $0 == "\\" }.dropLast().map { $0.lowercased() }
        if let root = folders.firstIndex(where: roots.contains), root + 1 < folders.endIndex {
            return folders[(root + 1)...].first { !roots.contains($0) }
        }
        return folders.last.flatMap { roots.contains($0) ? nil : $0 }
    }

    private static func segments(of branch: String) -> [String] {
        branch.lowercased().split { "/-_.#: ".contains($0) }.map(String.init)
    }

    private static let prefixes: [String: Work?] = [
        "fix": .fix, "bug": .fix, "hotfix": .fix, "feat": .feature, "feature": .feature, "chore": nil, "refactor": nil,
        "docs": nil,
    ]

    /// Branches on which everybody works: no subject.
    private static let trunks: Set<String> = [
        "main", "master", "develop", "dev", "trunk", "head", "release", "staging",
    ]

    private static let keywords: Set<String> = [
        "auth", "user", "api", "db", "database", "ui", "test", "config", "payment", "email", "notification", "search",
        "cache", "session", "login", "signup",
    ]

    private static let roots: Set<String> = [
        "src", "lib", "app", "components", "pages", "api", "services", "utils", "hooks", "store", "models",
        "controllers",
    ]
}
