import Foundation
import Testing

/// `make module NAME=…`, in a copy of the project.
@Suite("New module")
struct NewModuleTests {
    @Test("A new module keeps every rule and is registered")
    func layout() throws {
        let copy = try ProjectCopy()
        defer { copy.remove() }
        let result = try Command.run("Scripts/new-module", "DailyPolls", in: copy.root)
        #expect(result.status == 0, "\(result.text)")

        let tree = try SourceTree(root: copy.root) { path in
            path.contains("DailyPolls") || path.hasPrefix("App/") || path.hasSuffix("Package.swift")
        }
        let files = tree.files(in: "Modules/DailyPolls")
        #expect(files.contains("Modules/DailyPolls/Sources/DailyPolls/DailyPollsModule.swift"))
        #expect(files.contains("Modules/DailyPolls/Sources/DailyPolls/Migrations/0001_daily_polls.sql"))
        for path in files {
            #expect(!path.contains("__"))
            #expect(try !tree.text(path).contains("__"), "\(path)")
        }
        for rule in Rule.all {
            let violations = try rule.check(tree).filter { $0.path.contains("DailyPolls") }
            #expect(violations.isEmpty, "\(violations)")
        }

        let manifest = Manifest(try tree.text("Package.swift"))
        #expect(manifest.localPackages.contains("DailyPolls"))
        #expect(manifest.targets.first { $0.name == "vibe" }?.dependencies.contains("DailyPolls") == true)
        #expect(
            manifest.targets.first { $0.name == "DailyPollsTests" }?.folder
                == "Modules/DailyPolls/Tests/DailyPollsTests"
        )
        let list = try tree.swift("App/Modules.swift")
        #expect(list.imports.contains { $0.module == "DailyPolls" })
        #expect(list.code.contains { $0.contains("DailyPollsModule(),") })
    }

    @Test("A name that cannot be a module's changes nothing")
    func refused() throws {
        let copy = try ProjectCopy()
        defer { copy.remove() }
        let before = try copy.contents()
        for name in ["", "polls", "Daily-Polls", "../Polls", "P", "Kernel", "JSONText", "Testing", "Order"] {
            let result = try Command.run("Scripts/new-module", name, in: copy.root)
            #expect(result.status == 64, "\(name)")
            #expect(result.text.hasPrefix("new-module: "))
            #expect(result.text.split(separator: "\n").count == 1)
        }
        #expect(try copy.contents() == before)
    }

    @Test("A module that exists is not laid out again")
    func twice() throws {
        let copy = try ProjectCopy()
        defer { copy.remove() }
        #expect(try Command.run("Scripts/new-module", "Polls", in: copy.root).status == 0)
        let before = try copy.contents()
        let result = try Command.run("Scripts/new-module", "Polls", in: copy.root)
        #expect(result.status == 64)
        #expect(result.text.contains("exists already"))
        #expect(try copy.contents() == before)
    }
}
