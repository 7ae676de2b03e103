public import Configuration

/// The settings as a provider of swift-configuration, for libraries that take a `ConfigReader`:
/// `ConfigReader(provider: settings)`. `source(of:)` tells file, line and column of what it returns.
///
/// The layers are merged before, not by a `ConfigReader` with one provider per layer, for three reasons: a provider
/// cannot say "explicitly unset", which `environments.test.x: null` over a default of config.yaml means; a reader
/// turns a value of the wrong type into nil where we stop the start; and neither can list what it holds, so unknown
/// names would pass.
extension Settings: ConfigProvider, ConfigSnapshot {
    /// The name in access logs.
    public var providerName: String { "Settings[\(environment.rawValue)]" }

    /// The value of a setting. Durations are texts (`30s`) or whole seconds, sizes texts or bytes.
    /// - Throws: `SettingTypeMismatch` if the setting has no such form.
    public func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let name = key.components.joined(separator: ".")
        guard let setting = resolved[name], let value = setting.value else {
            return LookupResult(encodedKey: name, value: nil)
        }
        guard let content = value.content(as: type) else { throw SettingTypeMismatch(key: name, type: type) }
        return LookupResult(
            encodedKey: name,
            value: ConfigValue(content, isSecret: setting.declaration.isSecret)
        )
    }

    /// The same as `value(forKey:type:)`: settings never change.
    public func fetchValue(forKey key: AbsoluteConfigKey, type: ConfigType) async throws -> LookupResult {
        try value(forKey: key, type: type)
    }

    /// Yields the value once: settings never change.
    nonisolated(nonsending) public func watchValue<Return: ~Copyable>(
        forKey key: AbsoluteConfigKey,
        type: ConfigType,
        updatesHandler:
            nonisolated(nonsending) (
                _ updates: ConfigUpdatesAsyncSequence<Result<LookupResult, any Error>, Never>
            ) async throws -> Return
    ) async throws -> Return {
        try await watchValueFromValue(forKey: key, type: type, updatesHandler: updatesHandler)
    }

    /// The settings themselves: they never change.
    public func snapshot() -> any ConfigSnapshot { self }

    /// Yields the settings once: they never change.
    nonisolated(nonsending) public func watchSnapshot<Return: ~Copyable>(
        updatesHandler:
            nonisolated(nonsending) (
                _ updates: ConfigUpdatesAsyncSequence<any ConfigSnapshot, Never>
            ) async throws -> Return
    ) async throws -> Return {
        try await watchSnapshotFromSnapshot(updatesHandler: updatesHandler)
    }
}

/// A library asked for a setting in a form that it does not have.
public struct SettingTypeMismatch: Error, CustomStringConvertible {
    /// The setting.
    public let key: String
    /// What was asked for.
    public let type: ConfigType

    /// One line.
    public var description: String { "the setting '\(key)' cannot be read as \(type.rawValue)" }
}

extension SettingValue {
    fileprivate func content(as type: ConfigType) -> ConfigContent? {
        switch (type, self) {
        case (.bool, .bool(let value)): .bool(value)
        case (.int, .int(let value)), (.int, .bytes(let value)): .int(value)
        case (.int, .duration(let value)) where value.components.attoseconds == 0:
            .int(Int(value.components.seconds))
        case (.double, .double(let value)): .double(value)
        case (.stringArray, .list(let items)): .stringArray(items)
        case (.string, .list): nil
        case (.string, _): .string(text)
        default: nil
        }
    }
}
