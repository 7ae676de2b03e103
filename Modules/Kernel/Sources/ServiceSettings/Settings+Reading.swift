// Asking for a key that nobody declared, for another type than declared, or for a value that may be unset without
// saying so is a mistake in the program. It stops the program wherever it runs, not only where the value is unset.

extension Settings {
    /// The value of a `.bool`.
    public func bool(_ key: String) -> Bool { required(key, optionalBool(key)) }

    /// The value of an `.int`.
    public func int(_ key: String) -> Int { required(key, optionalInt(key)) }

    /// The value of a `.double`.
    public func double(_ key: String) -> Double { required(key, optionalDouble(key)) }

    /// The value of a `.string`, `.choice` or `.url`.
    public func string(_ key: String) -> String { required(key, optionalString(key)) }

    /// The value of a `.duration`.
    public func duration(_ key: String) -> Duration { required(key, optionalDuration(key)) }

    /// The value of a `.bytes`, in bytes.
    public func bytes(_ key: String) -> Int { required(key, optionalBytes(key)) }

    /// The value of a `.list`.
    public func list(_ key: String) -> [String] { required(key, optionalList(key)) }

    /// The value of a `.bool`, nil if it is unset.
    public func optionalBool(_ key: String) -> Bool? {
        if case .bool(let value)? = value(key, .bool) { value } else { nil }
    }

    /// The value of an `.int`, nil if it is unset.
    public func optionalInt(_ key: String) -> Int? {
        if case .int(let value)? = value(key, .int) { value } else { nil }
    }

    /// The value of a `.double`, nil if it is unset.
    public func optionalDouble(_ key: String) -> Double? {
        if case .double(let value)? = value(key, .double) { value } else { nil }
    }

    /// The value of a `.string`, `.choice` or `.url`, nil if it is unset.
    public func optionalString(_ key: String) -> String? {
        if case .string(let value)? = value(key, .string) { value } else { nil }
    }

    /// The value of a `.duration`, nil if it is unset.
    public func optionalDuration(_ key: String) -> Duration? {
        if case .duration(let value)? = value(key, .duration) { value } else { nil }
    }

    /// The value of a `.bytes`, in bytes, nil if it is unset.
    public func optionalBytes(_ key: String) -> Int? {
        if case .bytes(let value)? = value(key, .bytes) { value } else { nil }
    }

    /// The value of a `.list`, nil if it is unset.
    public func optionalList(_ key: String) -> [String]? {
        if case .list(let value)? = value(key, .list) { value } else { nil }
    }

    private func value(_ key: String, _ kind: SettingKind) -> SettingValue? {
        let setting = setting(key)
        precondition(
            setting.declaration.type.kind == kind,
            "the setting '\(key)' is declared as \(setting.declaration.type.kind), not \(kind)"
        )
        return setting.value
    }

    private func required<Value>(_ key: String, _ value: Value?) -> Value {
        let declaration = setting(key).declaration
        guard let value, declaration.default != nil || declaration.requiredIn.contains(environment) else {
            preconditionFailure("the setting '\(key)' may be unset in \(environment): read it as an optional")
        }
        return value
    }

    private func setting(_ key: String) -> Resolved {
        guard let setting = resolved[key] else { preconditionFailure("nobody declared the setting '\(key)'") }
        return setting
    }
}
