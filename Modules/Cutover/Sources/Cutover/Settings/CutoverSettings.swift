import Kernel
import ServiceSettings

/// The settings of the move from KV to Postgres.
enum CutoverSettings {
    static let owner = "cutover"

    static let all: [SettingDeclaration] = keyValue + operation + watchdog + switches

    private static let keyValue: [SettingDeclaration] = [
        SettingDeclaration(
            key: "kv.url",
            type: .url,
            description: "The key-value store to move away from: redis:// or rediss://. Wins over kv.rest_url.",
            owner: owner,
            isSecret: true,
            environmentAliases: ["KV_URL"]
        ),
        SettingDeclaration(
            key: "kv.rest_url",
            type: .url,
            description: "The same, over Upstash's REST interface: https://.",
            owner: owner,
            environmentAliases: ["KV_REST_API_URL"]
        ),
        SettingDeclaration(
            key: "kv.rest_token",
            type: .string,
            description: "The token for kv.rest_url.",
            owner: owner,
            isSecret: true,
            environmentAliases: ["KV_REST_API_TOKEN"]
        ),
        SettingDeclaration(
            key: "kv.timeout",
            type: .duration,
            default: "2s",
            description: "How long a request's own write to KV may take, with all attempts.",
            owner: owner
        ),
    ]

    private static let operation: [SettingDeclaration] = [
        SettingDeclaration(
            key: "cutover.operator_token",
            type: .string,
            description: "The token for /api/admin/cutover, at least 16 characters; without one the route is closed.",
            owner: owner,
            isSecret: true
        ),
        SettingDeclaration(
            key: "cutover.alert_webhook",
            type: .url,
            description: "Where alerts of the move are posted as JSON, besides log and metrics.",
            owner: owner,
            isSecret: true
        ),
        SettingDeclaration(
            key: "cutover.copy_batch",
            type: .int(1...1_000),
            default: 50,
            description: "Entities that one turn of the worker copies to KV, at most.",
            owner: owner
        ),
    ]

    private static let watchdog: [SettingDeclaration] = [
        SettingDeclaration(
            key: "cutover.watchdog_retreats",
            type: .bool,
            default: false,
            description: "Whether the watchdog takes a data set one phase back when it raises an alarm.",
            owner: owner
        )
    ]

    /// `USE_POSTGRES_<TYPE>`. The one for users has no effect: identity has no phase that serves from KV.
    private static let switches = DataSetName.withPhase.map { set in
        SettingDeclaration(
            key: key(of: set),
            type: .bool,
            default: false,
            description: set == .identity
                ? "Accepted, without effect."
                : "Asks for \(set) to be read from Postgres; the start fails while its gate is closed.",
            owner: owner,
            environmentAliases: ["USE_POSTGRES_\(set.switchName.uppercased())"]
        )
    }

    static func key(of set: DataSetName) -> String { "cutover.use_postgres_\(set.switchName)" }
}

extension Settings {
    /// The data sets that the settings want to be read from Postgres.
    var setsWantedInPostgres: [DataSetName] {
        DataSetName.withPhase.filter { $0 != .identity && bool(CutoverSettings.key(of: $0)) }
    }
}
