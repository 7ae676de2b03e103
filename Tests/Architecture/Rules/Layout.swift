import Foundation

extension Rule {
    /// Every feature module's folder looks the same, so that who knows one knows all (design, section 2).
    static let layout = Rule(name: "layout") { tree in
        tree.featureModules.flatMap { module in
            missing(module, tree) + strays(module, tree) + migrationNames(module, tree)
        }
    }

    private static func missing(_ module: String, _ tree: SourceTree) -> [Violation] {
        let root = "Modules/\(module)"
        let sources = "\(root)/Sources/\(module)"
        let files = ["\(sources)/\(module)Module.swift", "\(sources)/openapi.yaml"]
            .filter { !tree.files.contains($0) }
        let hasTables = !tree.files(in: "\(sources)/Migrations", ending: ".sql").isEmpty
        let folders = ["\(sources)/Routes", "\(root)/Tests/\(module)Tests"] + (hasTables ? ["\(sources)/Store"] : [])
        return (files + folders.filter { tree.files(in: $0).isEmpty }).map { Violation($0, "is missing") }
    }

    /// Files beside the front door: each belongs into a folder that says what it is about.
    private static func strays(_ module: String, _ tree: SourceTree) -> [Violation] {
        let sources = "Modules/\(module)/Sources/\(module)"
        return tree.files(in: sources)
            .filter { !$0.dropFirst(sources.count + 1).contains("/") }
            .filter { !["\(sources)/\(module)Module.swift", "\(sources)/openapi.yaml"].contains($0) }
            .map { Violation($0, "belongs into a folder") }
    }

    /// `0001_name.sql`, without gaps: the order in which they run is the order of their names.
    private static func migrationNames(_ module: String, _ tree: SourceTree) -> [Violation] {
        tree.files(in: "Modules/\(module)/Sources/\(module)/Migrations").enumerated().compactMap { index, path in
            let number = String(format: "%04d", index + 1)
            let name = path.split(separator: "/").last ?? ""
            guard name.prefixMatch(of: #/\d{4}_[a-z0-9_]+\.sql$/#) == nil || !name.hasPrefix(number) else { return nil }
            return Violation(path, "should be called \(number)_<words in snake_case>.sql")
        }
    }
}
