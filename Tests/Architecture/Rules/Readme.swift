extension Rule {
    /// Every package in `Modules/` tells on one page what it is; a feature module under the same headings as the others.
    static let readme = Rule(name: "readme") { tree in
        try tree.packages.flatMap { package -> [Violation] in
            let path = "Modules/\(package)/README.md"
            guard tree.files.contains(path) else { return [Violation(path, "is missing")] }
            let lines = try tree.text(path).split(separator: "\n").map(String.init)
            let isFeature = tree.featureModules.contains(package)
            let required = ["# \(package)"] + (isFeature ? ["## Owns", "## Needs", "## Why"] : [])
            return required.filter { !lines.contains($0) }.map { Violation(path, "has no heading '\($0)'") }
        }
    }
}
