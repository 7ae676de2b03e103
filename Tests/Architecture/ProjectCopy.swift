import Foundation

/// A copy of the project's files in a temporary folder, for scripts that change them.
struct ProjectCopy {
    let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "vibe-copy-\(UUID().uuidString)")
        let project = ArchitectureTests.projectRoot
        let template = "Scripts/module-template"
        let files =
            try SourceTree(root: project).files.filter { !$0.hasPrefix("Tests/") }
            + SourceTree(root: project.appending(path: template)).files.map { "\(template)/\($0)" }
        for file in files {
            let target = root.appending(path: file)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try FileManager.default.copyItem(at: project.appending(path: file), to: target)
        }
    }

    /// Runs a program of the copy to its end.
    func run(_ program: String, _ arguments: String...) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = root.appending(path: program)
        process.arguments = arguments
        process.currentDirectoryURL = root
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    /// Every file with its text.
    func contents() throws -> [String: String] {
        let tree = try SourceTree(root: root)
        return try Dictionary(uniqueKeysWithValues: tree.files.map { ($0, try tree.text($0)) })
    }

    func remove() {
        try? FileManager.default.removeItem(at: root)
    }
}
