/// Where a value comes from.
public enum SettingSource: Sendable, Equatable, CustomStringConvertible {
    /// Its declaration.
    case declaration
    /// A line of the configuration file, within `environments.<name>` if there is an environment.
    case file(name: String, line: Int, column: Int, environment: Settings.Environment?)
    /// An environment variable.
    case variable(String)
    /// `--set` on the command line.
    case flag

    /// For `vibe config`: `default`, `config.yaml:12`, `config.yaml:40 (production)`, `VIBE_SERVER_PORT`, `--set`.
    public var description: String {
        switch self {
        case .declaration: "default"
        case .file(let name, let line, _, nil): "\(name):\(line)"
        case .file(let name, let line, _, let environment?): "\(name):\(line) (\(environment.rawValue))"
        case .variable(let name): name
        case .flag: "--set"
        }
    }
}
