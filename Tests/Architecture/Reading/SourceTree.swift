import Foundation
import Synchronization

/// The files of a tree that the rules look at: the project, or a fixture that imitates it.
final class SourceTree: Sendable {
    let root: URL
    /// Every file, by its path below the root, sorted. Without what is hidden, built, or a fixture of these tests.
    let files: [String]
    /// Several rules read the same files.
    private let parsed = Mutex<[String: SwiftSource]>([:])

    /// - Parameter isIncluded: which paths the rules see.
    init(root: URL, where isIncluded: (String) -> Bool = { _ in true }) throws {
        self.root = root.standardizedFileURL.resolvingSymlinksInPath()
        files = try SourceTree.list(self.root.path, "").filter(isIncluded).sorted()
    }

    private static let skipped = ["Tests/Architecture/Fixtures", "Scripts/module-template"]

    private static func list(_ root: String, _ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder).flatMap { name in
            let path = folder.isEmpty ? name : folder + "/" + name
            guard !name.hasPrefix("."), !skipped.contains(path) else { return [String]() }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder) else { return [] }
            return isFolder.boolValue ? try list(root, path) : [path]
        }
    }

    /// The files below `folder` whose names end like this.
    func files(in folder: String, ending: String = "") -> [String] {
        files.filter { $0.hasPrefix(folder + "/") && $0.hasSuffix(ending) }
    }

    func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
    }

    func swift(_ path: String) throws -> SwiftSource {
        if let source = parsed.withLock({ $0[path] }) { return source }
        let source = SwiftSource(try text(path))
        parsed.withLock { $0[path] = source }
        return source
    }

    /// All of the project's own Swift that ends up in the product: neither tests nor manifests.
    var productSources: [String] {
        files.filter { path in
            path.hasSuffix(".swift")
                && (path.hasPrefix("App/") || (path.hasPrefix("Modules/") && path.contains("/Sources/")))
        }
    }

    /// The names of the packages in `Modules/`.
    var packages: [String] {
        files.compactMap { path in
            let parts = path.split(separator: "/")
            return parts.count == 3 && parts[0] == "Modules" && parts[2] == "Package.swift" ? String(parts[1]) : nil
        }
    }

    /// Packages that are no feature modules: the ground that those stand on.
    static let foundations: Set<String> = ["Postgres", "KeyValue", "Contracts", "Kernel", "Cutover"]

    /// The packages of feature modules.
    var featureModules: [String] { packages.filter { !SourceTree.foundations.contains($0) } }
}
