import Foundation
import Testing

/// Builds what `make module` lays out and runs its own tests, as a new team would first. Takes minutes the first time.
@Suite("New module, built", .serialized)
struct NewModuleBuildTests {
    /// Kept between runs, so that what the module builds on is built once. The packages in it are links.
    private static let root = ArchitectureTests.projectRoot.appending(path: ".build/new-module")

    @Test("A new module builds and passes its own tests")
    func buildAndTest() throws {
        let files = FileManager.default
        for item in ["Package.swift", "App", "Scripts", "Modules"] {
            try? files.removeItem(at: Self.root.appending(path: item))
        }
        let modules = Self.root.appending(path: "Modules")
        try files.createDirectory(at: modules, withIntermediateDirectories: true)
        for item in ["Package.swift", "App", "Scripts"] {
            try files.copyItem(
                at: ArchitectureTests.projectRoot.appending(path: item),
                to: Self.root.appending(path: item)
            )
        }
        for package in ["Contracts", "Kernel", "Postgres"] {
            try files.createSymbolicLink(
                at: modules.appending(path: package),
                withDestinationURL: ArchitectureTests.projectRoot.appending(path: "Modules/\(package)")
            )
        }

        let layout = try Command.run("Scripts/new-module", "DailyPolls", in: Self.root)
        #expect(layout.status == 0, "\(layout.text)")
        let tests = try Command.run(
            "/usr/bin/env",
            "swift",
            "test",
            "--package-path",
            "Modules/DailyPolls",
            "--scratch-path",
            "build",
            "--disable-xctest",
            in: Self.root
        )
        #expect(tests.status == 0, "\(tests.text.suffix(4_000))")
        #expect(tests.text.contains(#/Test run with [1-9]\d* tests? .*passed/#))
    }
}
