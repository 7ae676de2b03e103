public import Logging
public import Postgres

/// Brings the database to the schema that the modules need, and tells whether it is there.
///
/// Each module has a history of its own; files run in the order of their names, modules in the order of the plan. One
/// instance migrates at a time. Each file and its row of history share a transaction, so that a file is applied or not.
public struct SchemaMigrator: Sendable {
    /// Migrations by module, in the order in which they run.
    public typealias Plan = [(module: String, migrations: [Migration])]

    let plan: Plan
    let database: PostgresClient
    /// How long a statement waits for a lock that others hold. While it waits, everybody else waits behind it.
    let lockTimeout: Duration
    /// The pause before a file is tried again because of that; grows with each attempt.
    let retryPause: Duration
    let logger: Logger

    /// - Parameter plan: of all compiled-in modules, also those that are switched off; see ``plan(of:)``.
    public init(
        plan: Plan,
        database: PostgresClient,
        lockTimeout: Duration = .seconds(5),
        retryPause: Duration = .seconds(1),
        logger: Logger
    ) {
        self.plan = plan
        self.database = database
        self.lockTimeout = lockTimeout
        self.retryPause = retryPause
        self.logger = logger
    }

    /// The kernel's migrations, then those of all modules in the order of their dependencies.
    public static func plan(of modules: [any FeatureModule]) throws(ModuleGraphError) -> Plan {
        let ordered = try ModuleGraph(modules) { _ in true }.running
        return [(KernelSchema.module, KernelSchema.migrations)] + ordered.map { ($0.manifest.name, $0.migrations) }
    }

    /// Where every migration stands: those of the plan in its order, then those this binary does not know.
    ///
    /// - Throws: `PostgresError`.
    public func status() async throws -> [SchemaStatus] {
        do {
            return status(given: try SchemaHistory.entries(try await database.read(SchemaHistory.select)))
        } catch let error as PostgresError where error.sqlState == .undefinedTable {
            return status(given: [])
        }
    }

    /// Checks that every migration was applied and none was edited since. One query; readiness asks it too.
    ///
    /// Migrations of a newer binary are no error: during a deployment the old one goes on serving.
    /// - Returns: those unknown migrations.
    /// - Throws: ``SchemaError``, or `PostgresError`.
    @discardableResult
    public func validate() async throws -> [SchemaStatus] {
        let status = try await status()
        try SchemaMigrator.refuseEdited(status)
        let pending = status.filter { $0.state == .pending }
        guard pending.isEmpty else { throw SchemaError.pending(pending.map(\.file)) }
        let unknown = status.filter { $0.state == .unknown }
        for status in unknown {
            logger.warning("the schema holds a migration that this version does not know: \(status.file)")
        }
        return unknown
    }

    func status(given history: [SchemaHistory.Entry]) -> [SchemaStatus] {
        var entries = Dictionary(uniqueKeysWithValues: history.map { ("\($0.module)/\($0.name)", $0) })
        var all: [SchemaStatus] = []
        for (module, migrations) in plan {
            for migration in migrations {
                let entry = entries.removeValue(forKey: "\(module)/\(migration.name)")
                let state: SchemaStatus.State =
                    switch entry {
                    case nil: .pending
                    case let entry? where entry.checksum != migration.checksum: .edited
                    case let entry?: .applied(at: entry.appliedAt, milliseconds: entry.milliseconds)
                    }
                all.append(SchemaStatus(module: module, name: migration.name, state: state))
            }
        }
        let unknown = entries.sorted { $0.key < $1.key }.map(\.value)
        return all + unknown.map { SchemaStatus(module: $0.module, name: $0.name, state: .unknown) }
    }

    static func refuseEdited(_ status: [SchemaStatus]) throws(SchemaError) {
        for status in status where status.state == .edited {
            throw .edited(module: status.module, name: status.name)
        }
    }
}
