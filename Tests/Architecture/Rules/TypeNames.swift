extension Rule {
    /// No type has its module's name: it would shadow the module, so that nothing could be named through it any more.
    static let typeNames = Rule(name: "type-names") { tree in
        try tree.packages.flatMap { package in
            try Manifest(tree.text("Modules/\(package)/Package.swift")).targets.filter(\.isLibrary).flatMap { target in
                try tree.files(in: "Modules/\(package)/\(target.folder)", ending: ".swift").flatMap { path in
                    try tree.swift(path)
                        .matches(of: #/\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/#)
                        .filter { $0.match.output.1 == target.name }
                        .map { Violation(path, line: $0.line, "the type \(target.name) has its module's name") }
                }
            }
        }
    }
}
