extension Rule {
    /// No file names the host of a package registry: where packages come from is a matter of the machine. GitHub
    /// addresses are what names a Swift package.
    static let registryHosts = Rule(name: "registry-hosts") { tree in
        // The last one stands for the others in the fixture, which must not name a real one either.
        let hosts = ["debian", "pypi", "pythonhosted", "npmjs", "package-registry"].joined(separator: "|")
        let pattern = try Regex("[a-z.]*(?:\(hosts))\\.(?:org|com|example)\\b")
        return try tree.files.flatMap { path in
            try tree.text(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .flatMap { index, line in
                    line.matches(of: pattern).map {
                        Violation(path, line: index + 1, "names the registry host \(line[$0.range])")
                    }
                }
        }
    }
}
