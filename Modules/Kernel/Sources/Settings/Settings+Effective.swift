/// A setting as `vibe config` shows it.
public struct EffectiveSetting: Sendable, Equatable {
    /// `server.port`.
    public let key: String
    /// The value as it would be written in config.yaml, `••••` for a secret of any length; nil if it is unset.
    public let displayedValue: String?
    /// Where the value comes from.
    public let source: SettingSource
    /// What the setting does.
    public let description: String
    /// The module it belongs to.
    public let owner: String
}

extension Settings {
    /// All settings in the order of their keys.
    public var effective: [EffectiveSetting] {
        resolved.values.sorted { $0.declaration.key < $1.declaration.key }.map { setting in
            EffectiveSetting(
                key: setting.declaration.key,
                displayedValue: setting.value.map { setting.declaration.isSecret ? "••••" : $0.text },
                source: setting.source,
                description: setting.declaration.description,
                owner: setting.declaration.owner
            )
        }
    }

    /// Where the value of a setting comes from; nil if nobody declared it.
    public func source(of key: String) -> SettingSource? {
        resolved[key]?.source
    }
}
