/// The kernel's own tables, as a module's would be described.
public enum KernelSchema {
    /// The name under which its migrations are tracked.
    public static let module = "kernel"

    /// What the kernel owns: no module's SQL may name them. `schema_migrations` is made by ``SchemaMigrator`` itself.
    public static let tables = [
        "schema_migrations", "outbox", "job_leases", "idempotency_keys", "rate_limit_usage", "rate_limit_windows",
    ]

    /// The files that make them.
    public static let migrations = Migration.list(EmbeddedText.migrations)
}
