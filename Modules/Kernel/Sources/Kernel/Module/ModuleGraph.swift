/// The compiled-in modules, checked against each other and put in the order in which they start.
public struct ModuleGraph: Sendable {
    /// Modules to run, each after all that it requires or can use.
    public let running: [any FeatureModule]
    /// Compiled in, but switched off.
    public let switchedOff: [any FeatureModule]

    /// - Parameter isEnabled: whether the settings switch the module of this name on.
    /// - Throws: ``ModuleGraphError`` on a duplicate name or table, a missing requirement or a circle.
    public init(_ modules: [any FeatureModule], isEnabled: (String) -> Bool) throws(ModuleGraphError) {
        try ModuleGraph.checkUnique(modules.map(\.manifest))
        let enabled = modules.filter { isEnabled($0.manifest.name) }
        switchedOff = modules.filter { !isEnabled($0.manifest.name) }
        running = try ModuleGraph.ordered(enabled, switchedOff: switchedOff.map(\.manifest.name))
    }

    private static func checkUnique(_ manifests: [ModuleManifest]) throws(ModuleGraphError) {
        var owners: [String: String] = [:]
        var names: Set<String> = []
        for manifest in manifests {
            guard names.insert(manifest.name).inserted else { throw .duplicateModule(manifest.name) }
            for table in manifest.tables {
                if let other = owners.updateValue(manifest.name, forKey: table) {
                    throw .duplicateTable(table, other, manifest.name)
                }
            }
        }
    }

    /// Depth first, in the order of the list: the result is stable, and a circle shows itself as a path.
    private static func ordered(
        _ modules: [any FeatureModule],
        switchedOff: [String]
    ) throws(ModuleGraphError) -> [any FeatureModule] {
        let byName = Dictionary(uniqueKeysWithValues: modules.map { ($0.manifest.name, $0) })
        var ordered: [any FeatureModule] = []
        var placed: Set<String> = []

        func place(_ module: any FeatureModule, path: [String]) throws(ModuleGraphError) {
            let manifest = module.manifest
            if placed.contains(manifest.name) { return }
            if let start = path.firstIndex(of: manifest.name) { throw .circle(path[start...] + [manifest.name]) }
            for name in manifest.requires where byName[name] == nil {
                throw .missing(name, neededBy: manifest.name, isSwitchedOff: switchedOff.contains(name))
            }
            for name in manifest.requires + manifest.optional {
                if let needed = byName[name] { try place(needed, path: path + [manifest.name]) }
            }
            placed.insert(manifest.name)
            ordered.append(module)
        }

        for module in modules { try place(module, path: []) }
        return ordered
    }
}

/// Why the compiled-in modules cannot run together. Each case reads as one line.
public enum ModuleGraphError: Error, Hashable, Sendable, CustomStringConvertible {
    case duplicateModule(String)
    case duplicateTable(String, String, String)
    case missing(String, neededBy: String, isSwitchedOff: Bool)
    case circle([String])

    public var description: String {
        switch self {
        case .duplicateModule(let name):
            "Two modules are called '\(name)'."
        case .duplicateTable(let table, let one, let other):
            "The table '\(table)' is claimed by both '\(one)' and '\(other)'."
        case .missing(let name, let neededBy, isSwitchedOff: true):
            "The module '\(neededBy)' requires '\(name)', which is switched off (modules.\(name).enabled)."
        case .missing(let name, let neededBy, isSwitchedOff: false):
            "The module '\(neededBy)' requires '\(name)', which is not compiled in."
        case .circle(let path):
            "Modules require each other in a circle: \(path.joined(separator: " → "))."
        }
    }
}
