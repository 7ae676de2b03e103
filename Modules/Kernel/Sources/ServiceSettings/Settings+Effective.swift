/// A setting as `vibe config` shows it.
public struct EffectiveSetting: Sendable, Equatable {
    /// `server.port`.
    public let key: String
    /// The value as it would be written in config.yaml, `••••` for a secret of any length; nil if it is unset.
    public let value: String?
    /// Where the value comes from: `default`, `config.yaml:40 (production)`, `PORT`, `--set`.
    public let source: String
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
                value: setting.value.map { setting.declaration.isSecret ? "••••" : $0.text },
                source: setting.source.description,
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
