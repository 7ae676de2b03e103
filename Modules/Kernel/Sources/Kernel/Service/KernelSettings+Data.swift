import ServiceSettings

extension KernelSettings {
    static let schema: [SettingDeclaration] = [
        SettingDeclaration(
            key: "schema.migrate_on_start",
            type: .bool,
            default: true,
            description:
                "Apply pending migrations at start; otherwise they stop it, and `vibe schema migrate` applies them.",
            owner: owner
        ),
        SettingDeclaration(
            key: "schema.lock_timeout",
            type: .duration,
            default: "5s",
            description:
                "How long a migration's statement waits for a lock before it is tried again, five times in all.",
            owner: owner
        ),
    ]

    static let events: [SettingDeclaration] = [
        SettingDeclaration(
            key: "events.concurrency",
            type: .int(1...32),
            default: 2,
            description: "Batches of events delivered at the same time; each holds a leased connection.",
            owner: owner
        ),
        SettingDeclaration(
            key: "events.batch",
            type: .int(1...1_000),
            default: 32,
            description: "Events delivered by one transaction, at most.",
            owner: owner
        ),
        SettingDeclaration(
            key: "events.poll_interval",
            type: .duration,
            default: "1s",
            description: "How often the outbox is looked at for events of other instances and retries.",
            owner: owner
        ),
        SettingDeclaration(
            key: "events.max_attempts",
            type: .int(1...100),
            default: 12,
            description: "Attempts after which an event becomes a dead letter.",
            owner: owner
        ),
        SettingDeclaration(
            key: "events.first_retry",
            type: .duration,
            default: "1s",
            description: "Pause after the first failed attempt; doubled after each further one.",
            owner: owner
        ),
        SettingDeclaration(
            key: "events.longest_retry",
            type: .duration,
            default: "10m",
            description: "Longest pause between two attempts.",
            owner: owner
        ),
    ]

    static let jobs: [SettingDeclaration] = [
        SettingDeclaration(
            key: "jobs.lease",
            type: .duration,
            default: "10s",
            description: "How long after an instance's death another takes over its jobs.",
            owner: owner
        )
    ]

    static let idempotency: [SettingDeclaration] = [
        SettingDeclaration(
            key: "idempotency.retention",
            type: .duration,
            default: "24h",
            description: "How long answers to requests with an Idempotency-Key are kept.",
            owner: owner
        )
    ]

    static let limits: [SettingDeclaration] = [
        SettingDeclaration(
            key: "limits.failed_authentications_per_minute",
            type: .int(0...1_000_000),
            default: 300,
            description: "Requests with a token that is not valid, per address and minute; 0 for no limit.",
            owner: owner
        ),
        SettingDeclaration(
            key: "limits.reads_per_minute",
            type: .int(0...1_000_000),
            default: 1_200,
            description: "Reads a minute per handle, or per address without a token; 0: not limited.",
            owner: owner
        ),
        SettingDeclaration(
            key: "limits.subjects",
            type: .int(1_000...10_000_000),
            default: 200_000,
            description: "Handles and addresses remembered per limit, at most; about 50 bytes each.",
            owner: owner
        ),
    ]
}
