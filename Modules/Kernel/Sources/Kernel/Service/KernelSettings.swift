public import ServiceSettings

/// The settings of the kernel itself. Each area declares its own; this is the list of the areas.
public enum KernelSettings {
    /// Every setting that the kernel reads.
    public static let all: [SettingDeclaration] =
        server + database + schema + events + jobs + idempotency + limits
        + logs + metrics

    static let owner = "kernel"

    static let server: [SettingDeclaration] = [
        SettingDeclaration(
            key: "server.host",
            type: .string,
            default: "127.0.0.1",
            description: "Address to listen on. Development listens on loopback only.",
            owner: owner
        ),
        SettingDeclaration(
            key: "server.port",
            type: .int(0...65_535),
            default: 8_080,
            description: "Port to listen on; 0 takes a free one.",
            owner: owner,
            environmentAliases: ["PORT"]
        ),
        SettingDeclaration(
            key: "server.trusted_hops",
            type: .int(0...16),
            default: 0,
            description: "Proxies of ours in front: how many last entries of X-Forwarded-For are believed.",
            owner: owner
        ),
        SettingDeclaration(
            key: "server.body_limit",
            type: .bytes,
            default: "256kB",
            description: "Largest request body.",
            owner: owner
        ),
        SettingDeclaration(
            key: "server.idle_timeout",
            type: .duration,
            default: "75s",
            description: "How long an idle connection stays open.",
            owner: owner
        ),
        SettingDeclaration(
            key: "server.body_timeout",
            type: .duration,
            default: "20s",
            description: "How long a request's body may take to arrive; then the connection is closed.",
            owner: owner
        ),
        SettingDeclaration(
            key: "server.drain_delay",
            type: .duration,
            default: "0s",
            description: "How long a stop goes on serving with /readyz at 503, for the load balancer to notice.",
            owner: owner
        ),
        SettingDeclaration(
            key: "server.stop_timeout",
            type: .duration,
            default: "25s",
            description: "How long a stop waits for requests under way.",
            owner: owner
        ),
        SettingDeclaration(
            key: "server.public_url",
            type: .url,
            default: "http://127.0.0.1:8080",
            description: "Where people reach the service, for links in answers.",
            owner: owner
        ),
        SettingDeclaration(
            key: "server.secret",
            type: .string,
            description: "Signs tokens and keys hashes; at least 32 characters. Development keeps one in .vibe/.",
            owner: owner,
            isSecret: true,
            environmentAliases: ["VIBE_AUTH_SECRET"],
            requiredIn: [.test, .staging, .production]
        ),
    ]

    static let database: [SettingDeclaration] = [
        SettingDeclaration(
            key: "database.url",
            type: .url,
            description: "Postgres. Unset in development: a private server of our own is started.",
            owner: owner,
            isSecret: true,
            environmentAliases: ["DATABASE_URL", "POSTGRES_DATABASE_URL", "POSTGRES_URL"],
            requiredIn: [.staging, .production]
        ),
        SettingDeclaration(
            key: "database.direct_url",
            type: .url,
            description: "Postgres past PgBouncer, for migrations and LISTEN.",
            owner: owner,
            isSecret: true
        ),
        SettingDeclaration(
            key: "database.prepared_statements",
            type: .bool,
            default: true,
            description: "Named prepared statements; false behind PgBouncer in transaction mode.",
            owner: owner
        ),
        SettingDeclaration(
            key: "database.read_connections",
            type: .int(1...64),
            default: 3,
            description: "Connections shared by reads.",
            owner: owner
        ),
        SettingDeclaration(
            key: "database.write_connections",
            type: .int(1...256),
            default: 8,
            description: "Connections for writes; commits of one connection are serial.",
            owner: owner
        ),
        SettingDeclaration(
            key: "database.lease_connections",
            type: .int(1...64),
            default: 4,
            description: "Connections for transactions and long work, at most.",
            owner: owner
        ),
        SettingDeclaration(
            key: "database.start_timeout",
            type: .duration,
            default: "5s",
            description: "How long the start waits for the database.",
            owner: owner
        ),
    ]
}
