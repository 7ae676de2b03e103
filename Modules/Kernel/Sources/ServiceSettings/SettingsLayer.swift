/// What one place (the file, the environment, the flags …) says, by key.
typealias SettingsLayer = [String: LayerEntry]

/// A value of one layer.
struct LayerEntry: Sendable {
    /// nil: explicitly unset, whatever the layers below say.
    let value: SettingValue?
    let source: SettingSource
}
