public import Logging
public import ServiceSettings

extension KernelSettings {
    static let logs: [SettingDeclaration] = [
        SettingDeclaration(
            key: "log.format",
            type: .choice(LogFormat.allCases.map(\.rawValue)),
            default: "json",
            description: "How log lines look: one JSON object each, or text for people.",
            owner: owner
        ),
        SettingDeclaration(
            key: "log.level",
            type: .choice(Logger.Level.allCases.map(\.rawValue)),
            default: "info",
            description: "The lowest level that is logged.",
            owner: owner
        ),
        SettingDeclaration(
            key: "log.requests",
            type: .choice(AccessLog.Choice.allCases.map(\.rawValue)),
            default: "errors",
            description: "Which requests are logged: all, errors (400 and above, and slow ones) or none.",
            owner: owner
        ),
        SettingDeclaration(
            key: "log.slow_request",
            type: .duration,
            default: "500ms",
            description: "A request that takes this long is logged even if it succeeds.",
            owner: owner
        ),
    ]

    static let metrics: [SettingDeclaration] = [
        SettingDeclaration(
            key: "metrics.enabled",
            type: .bool,
            default: true,
            description: "Whether GET /metrics answers.",
            owner: owner
        ),
        SettingDeclaration(
            key: "metrics.token",
            type: .string,
            description: "What GET /metrics wants as a bearer token; unset: nothing.",
            owner: owner,
            isSecret: true
        ),
    ]
}

extension Logger {
    /// The service's root logger, as the settings want it.
    public static func service(_ settings: Settings, label: String = "vibe", sink: LogSink = .standardError) -> Logger {
        // The words were checked against the same lists when the settings were loaded.
        let format = LogFormat(rawValue: settings.string("log.format")) ?? .json
        let level = Logger.Level(rawValue: settings.string("log.level")) ?? .info
        return .lines(label: label, format: format, level: level, sink: sink)
    }
}

extension AccessLog {
    /// As the settings want it.
    public init(_ settings: Settings, hash: HandleHash, logger: Logger) {
        self.init(
            choice: Choice(rawValue: settings.string("log.requests")) ?? .errors,
            slowerThan: settings.duration("log.slow_request"),
            hash: hash,
            logger: logger
        )
    }
}
