/// What the text of a `Package.swift` says about its targets: read as text, because `swift package dump-package` takes
/// seconds for each and waits for a build that runs.
struct Manifest: Sendable {
    struct Target: Sendable {
        let name: String
        let isTest: Bool
        /// Whether other targets can import it.
        let isLibrary: Bool
        /// The folder of its sources, below the package.
        let folder: String
        /// Names of targets and products.
        let dependencies: [String]
    }

    let targets: [Target]
    /// The packages that it depends on by path: the last component of each.
    let localPackages: [String]

    init(_ text: String) {
        let source = ManifestText(text)
        localPackages = source.calls(".package").compactMap { call in
            call.argument("path").flatMap { $0.split(separator: "/").last.map(String.init) }
        }
        targets = ["target", "executableTarget", "testTarget", "systemLibrary", "plugin", "macro"].flatMap { kind in
            source.calls(".\(kind)").compactMap { call in
                guard let name = call.argument("name"), call.isDeclaration else { return nil }
                let isTest = kind == "testTarget"
                let folder = (isTest ? "Tests/" : kind == "plugin" ? "Plugins/" : "Sources/") + name
                return Target(
                    name: name,
                    isTest: isTest,
                    isLibrary: kind == "target",
                    folder: call.argument("path") ?? folder,
                    dependencies: call.dependencies
                )
            }
        }
    }
}

/// The text of a manifest without its comments; finds calls and their arguments.
struct ManifestText {
    private let text: String

    init(_ text: String) {
        // A manifest has no strings with slashes but addresses, so comments can be found by what stands before them.
        self.text = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.replacing(#/(^|\s)\/\/.*/#, with: "") }
            .joined(separator: "\n")
    }

    private init(inner text: Substring) {
        self.text = String(text)
    }

    /// The arguments of each call of `name`.
    func calls(_ name: String) -> [ManifestText] {
        text.ranges(of: name + "(").map { range in
            ManifestText(inner: text[range.upperBound..<closing(from: range.upperBound)])
        }
    }

    /// The string given for a label, on the outermost level.
    func argument(_ label: String) -> String? {
        let parts = outermost.split(separator: ",").map { $0.drop(while: \.isWhitespace) }
        guard let part = parts.first(where: { $0.hasPrefix(label + ":") }) else { return nil }
        return part.firstMatch(of: #/"([^"]*)"/#).map { String($0.output.1) }
    }

    /// The text without what stands in brackets.
    private var outermost: String {
        var depth = 0
        return text.filter { character in
            if "([".contains(character) { depth += 1 }
            defer { if ")]".contains(character) { depth -= 1 } }
            return depth == 0
        }
    }

    /// `.target(name: "X")` stands also for a dependency: those have nothing but a name.
    var isDeclaration: Bool { text.contains(",") }

    /// The names in `dependencies: [...]`.
    var dependencies: [String] {
        guard let start = text.firstRange(of: "dependencies: [")?.upperBound else { return [] }
        let list = text[start..<closing(from: start)]
        // `module("X")` is the root manifest's own word for a product of a package in Modules/.
        let named = list.matches(of: #/(?:\.(?:product|target|byName)\(\s*name:\s*|module\()"([^"]+)"/#)
        let bare = list.replacing(#/\w+\([^)]*\)/#, with: "").matches(of: #/"([^"]+)"/#)
        return (named + bare).map { String($0.output.1) }
    }

    /// Where the bracket closes that opened just before `start`.
    private func closing(from start: String.Index) -> String.Index {
        var depth = 1
        return text[start...].indices.first { index in
            switch text[index] {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            default: break
            }
            return depth == 0
        } ?? text.endIndex
    }
}
