import Testing

@testable import Kernel

@Suite struct ModuleGraphTests {
    private struct Plain: FeatureModule {
        let manifest: ModuleManifest
        var openAPI: String { "" }
        func register(in registrar: ModuleRegistrar) throws {}

        init(_ name: String, requires: [String] = [], optional: [String] = [], tables: [String] = []) {
            manifest = ModuleManifest(name: name, summary: name, requires: requires, optional: optional, tables: tables)
        }
    }

    private static func names(_ graph: ModuleGraph) -> [String] { graph.running.map(\.manifest.name) }

    @Test func whatIsNeededStartsFirst() throws {
        let graph = try ModuleGraph([
            Plain("c", requires: ["b"]), Plain("b", optional: ["a"]), Plain("a"),
        ]) { _ in true }
        #expect(Self.names(graph) == ["a", "b", "c"])
    }

    @Test func anOptionalModuleMayBeOff() throws {
        let graph = try ModuleGraph([Plain("b", optional: ["a"]), Plain("a")]) { $0 != "a" }
        #expect(Self.names(graph) == ["b"])
        #expect(graph.switchedOff.map(\.manifest.name) == ["a"])
    }

    @Test func aMissingRequirementStopsTheStart() {
        #expect(throws: ModuleGraphError.missing("a", neededBy: "b", isSwitchedOff: true)) {
            try ModuleGraph([Plain("b", requires: ["a"]), Plain("a")]) { $0 != "a" }
        }
        #expect(throws: ModuleGraphError.missing("x", neededBy: "b", isSwitchedOff: false)) {
            try ModuleGraph([Plain("b", requires: ["x"])]) { _ in true }
        }
    }

    @Test func circlesAndDuplicatesAreNamed() {
        #expect(throws: ModuleGraphError.circle(["a", "b", "a"])) {
            try ModuleGraph([Plain("a", requires: ["b"]), Plain("b", requires: ["a"])]) { _ in true }
        }
        #expect(throws: ModuleGraphError.duplicateModule("a")) {
            try ModuleGraph([Plain("a"), Plain("a")]) { _ in true }
        }
        #expect(throws: ModuleGraphError.duplicateTable("t", "a", "b")) {
            try ModuleGraph([Plain("a", tables: ["t"]), Plain("b", tables: ["t"])]) { _ in true }
        }
    }

    @Test func everyErrorIsOneLine() {
        let errors: [ModuleGraphError] = [
            .duplicateModule("a"), .duplicateTable("t", "a", "b"), .circle(["a", "b", "a"]),
            .missing("a", neededBy: "b", isSwitchedOff: true), .missing("a", neededBy: "b", isSwitchedOff: false),
        ]
        for error in errors { #expect(!error.description.contains("\n")) }
    }
}
