import Testing

/// One rule of the architecture: looks at a tree and names what breaks it.
///
/// A rule has a file of its own in `Rules/` and a red fixture of the same name in `Fixtures/`.
struct Rule: Sendable, CustomTestStringConvertible {
    /// In kebab case, as its fixture's folder is called.
    let name: String
    let check: @Sendable (SourceTree) throws -> [Violation]

    var testDescription: String { name }

    /// Every rule. The one list: a rule that is missing here does not count.
    static let all: [Rule] = [
        .layers, .layout, .readme, .typeNames,
        .sqlPlace, .sqlTables, .foreignKeys,
        .exportedImports, .forced, .unsafeReasons, .registryHosts,
    ]
}

/// A place that breaks a rule.
struct Violation: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Below the root.
    let path: String
    /// From 1; 0 where the file as a whole is meant.
    let line: Int
    let message: String

    init(_ path: String, line: Int = 0, _ message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    var description: String { line == 0 ? "\(path): \(message)" : "\(path):\(line): \(message)" }

    static func < (one: Violation, other: Violation) -> Bool {
        (one.path, one.line, one.message) < (other.path, other.line, other.message)
    }
}
