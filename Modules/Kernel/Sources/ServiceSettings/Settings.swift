/// The settings of one start of the service: loaded once, checked whole, never changing, cheap to read.
public struct Settings: Sendable {
    /// Where the service runs.
    public let environment: Environment

    /// A declared setting with its value.
    struct Resolved: Sendable {
        let declaration: SettingDeclaration
        let value: SettingValue?
        let source: SettingSource
    }

    /// Every declared setting by its key.
    let resolved: [String: Resolved]
}
