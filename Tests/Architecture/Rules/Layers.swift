extension Rule {
    /// Who may import whom (design, section 2). Looks at the imports of every target and at its manifest: SwiftPM builds
    /// an import that no manifest declares, as long as an older build left the module behind.
    static let layers = Rule(name: "layers") { tree in
        let packages = try tree.packages.map { try PackageLayer(name: $0, tree: tree) }
        let owners = Dictionary(
            packages.flatMap { package in package.manifest.targets.map { ($0.name, package.name) } },
            uniquingKeysWith: { first, _ in first }
        )
        return try packages.flatMap { try $0.violations(owners: owners, tree: tree) }
    }
}

/// A package with the layer it stands in.
private struct PackageLayer {
    let name: String
    let manifest: Manifest
    var manifestPath: String { "Modules/\(name)/Package.swift" }

    init(name: String, tree: SourceTree) throws {
        self.name = name
        manifest = Manifest(try tree.text("Modules/\(name)/Package.swift"))
    }

    /// - Parameter owners: the package of each target of ours.
    func violations(owners: [String: String], tree: SourceTree) throws -> [Violation] {
        try manifest.targets.flatMap { target -> [Violation] in
            let declared = target.dependencies.filter { owners[$0] != nil }
            let forbidden = declared.compactMap { dependency in
                reason(target, mayNotUse: dependency, owners: owners).map {
                    Violation(manifestPath, "the target \(target.name) depends on \(dependency): \($0)")
                }
            }
            let folder = "Modules/\(name)/\(target.folder)"
            let imports = try tree.files(in: folder, ending: ".swift").flatMap { path in
                try tree.swift(path).imports.filter { owners[$0.module] != nil && $0.module != target.name }
                    .compactMap { line, module -> Violation? in
                        if let reason = reason(target, mayNotUse: module, owners: owners) {
                            return Violation(path, line: line, "imports \(module): \(reason)")
                        }
                        guard !declared.contains(module) else { return nil }
                        return Violation(path, line: line, "imports \(module), which its manifest does not declare")
                    }
            }
            return forbidden + imports
        }
    }

    /// Why a target may not use a module of ours; `nil` when it may.
    private func reason(_ target: Manifest.Target, mayNotUse module: String, owners: [String: String]) -> String? {
        guard let owner = owners[module] else { return nil }
        let isKV = target.name.hasSuffix("KV") || target.name.hasSuffix("KVTests")
        if module.hasSuffix("KV"), owner == name, !isKV { return "only *KV targets know the old store" }
        if module == "KernelTesting", !target.isTest { return "it is for tests" }
        if owner == name { return nil }
        switch name {
        case "Postgres", "KeyValue":
            return "\(name) imports nothing of ours"
        case "Contracts":
            return owner == "Postgres" ? nil : "Contracts imports Postgres only"
        case "Kernel":
            return ["Contracts", "Postgres"].contains(owner) ? nil : "Kernel imports Contracts and Postgres only"
        case "Cutover":
            return ["Kernel", "Postgres", "KeyValue"].contains(owner)
                ? nil : "Cutover imports Kernel, Postgres and KeyValue only"
        default:
            switch owner {
            case "Kernel", "Contracts", "Postgres": return nil
            case "KeyValue", "Cutover": return isKV ? nil : "only *KV targets import \(owner)"
            // Tests may: a module is tested alone, and with the neighbours that it meets in the service.
            default: return target.isTest ? nil : "modules do not import one another"
            }
        }
    }
}

extension SwiftSource {
    /// The modules that the file imports.
    var imports: [(line: Int, module: String)] {
        matches(
            of:
                #/^\s*(?:@\w+(?:\(\w+\))?\s+|(?:public|package|internal|fileprivate|private)\s+)*import\s+(?:(?:struct|class|enum|func|protocol|typealias|let|var)\s+)?(\w+)/#
        ).map { ($0.line, String($0.match.output.1)) }
    }
}
