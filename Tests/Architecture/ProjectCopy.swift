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

    /// Every file with its text.
    func contents() throws -> [String: String] {
        let tree = try SourceTree(root: root)
        return try Dictionary(uniqueKeysWithValues: tree.files.map { ($0, try tree.text($0)) })
    }

    func remove() {
        try? FileManager.default.removeItem(at: root)
    }
}
