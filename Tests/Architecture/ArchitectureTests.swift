import Foundation
import Testing

@Suite("Architecture")
struct ArchitectureTests {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    static let projectRoot = folder.deletingLastPathComponent().deletingLastPathComponent()

    private static let project = Result { try SourceTree(root: projectRoot) }

    @Test("The project keeps the rule", arguments: Rule.all)
    func project(rule: Rule) throws {
        let violations = try rule.check(Self.project.get()).sorted()
        #expect(violations.isEmpty, "\(Self.lines(violations))")
    }

    /// Each fixture imitates a tree that breaks its rule, beside lines that look as if they did.
    @Test("The rule is seen to fail on its fixture", arguments: Rule.all)
    func fixture(rule: Rule) throws {
        let root = Self.folder.appending(path: "Fixtures/\(rule.name)")
        let expected = try String(contentsOf: root.appending(path: "expected.txt"), encoding: .utf8)
        let found = try rule.check(SourceTree(root: root.appending(path: "tree"))).sorted()
        #expect(!found.isEmpty)
        #expect(Self.lines(found) == expected.trimmingCharacters(in: .newlines))
    }

    @Test("Every fixture belongs to a rule")
    func fixturesBelongToRules() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: "Fixtures").path)
        #expect(folders.sorted() == Rule.all.map(\.name).sorted())
    }

    private static func lines(_ violations: [Violation]) -> String {
        violations.map(\.description).joined(separator: "\n")
    }
}
