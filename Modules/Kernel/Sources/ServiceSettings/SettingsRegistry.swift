/// Every setting of the service, collected from all modules before the first value is read.
public struct SettingsRegistry: Sendable {
    /// By key.
    private(set) var declarations: [String: SettingDeclaration] = [:]
    /// The defaults of the declarations, checked.
    private(set) var defaults: SettingsLayer = [:]
    /// The key that a variable sets.
    private(set) var keysByVariable: [String: String] = [:]
    /// `server`, `modules`, `modules.games`: what may hold other settings.
    private(set) var sections: Set<String> = []

    /// An empty registry.
    public init() {}

    /// Adds a module's settings and the switch `modules.<name>.enabled`, which every module has.
    /// - Parameters:
    ///   - name: the module's name, in snake_case.
    ///   - enabledByDefault: whether it is on unless someone switches it off.
    ///   - settings: what the module declares.
    /// - Throws: as `declare(_:)`.
    public mutating func declareModule(
        _ name: String,
        enabledByDefault: Bool = true,
        settings: [SettingDeclaration] = []
    ) throws(SettingsError) {
        let enabled = SettingDeclaration(
            key: Self.switchKey(of: name),
            type: .bool,
            default: SettingText(booleanLiteral: enabledByDefault),
            description: "Whether the module \(name) is on.",
            owner: name
        )
        try declare([enabled] + settings)
    }

    /// Adds settings.
    /// - Throws: if a key is ill-formed, taken or also a section, a variable is taken, or a default has the wrong type.
    public mutating func declare(_ added: [SettingDeclaration]) throws(SettingsError) {
        var problems = Problems()
        for declaration in added {
            declare(declaration, &problems)
        }
        try problems.check()
    }

    static func switchKey(of module: String) -> String { "modules.\(module).enabled" }

    private mutating func declare(_ declaration: SettingDeclaration, _ problems: inout Problems) {
        let key = declaration.key
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy(Self.isSnakeCase), parts[0] != "environments" else {
            return problems.add("the setting '\(key)' of \(declaration.owner) has an invalid name")
        }
        if let other = declarations[key] {
            return problems.add("the setting '\(key)' is declared by \(other.owner) and by \(declaration.owner)")
        }
        let parents = parts.indices.dropFirst().map { parts[..<$0].joined(separator: ".") }
        if let parent = parents.first(where: { declarations[$0] != nil }) {
            return problems.add("the setting '\(key)' would make the setting '\(parent)' a section")
        }
        if sections.contains(key) {
            return problems.add("the setting '\(key)' is a section of other settings already")
        }
        for variable in declaration.variables {
            if let other = keysByVariable.updateValue(key, forKey: variable) {
                problems.add("the variable \(variable) would set both '\(other)' and '\(key)'")
            }
        }
        if let text = declaration.default {
            guard let value = declaration.type.value(of: text) else {
                return problems.add("the default of '\(key)' is not \(declaration.type.expectation)")
            }
            defaults[key] = LayerEntry(value: value, source: .declaration)
        }
        declarations[key] = declaration
        sections.formUnion(parents)
    }

    private static func isSnakeCase(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first else { return false }
        return part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
