import Logging
import Postgres

extension SchemaMigrator {
    /// Applies what is pending. Does nothing when nothing is.
    ///
    /// - Returns: what was applied, in order.
    /// - Throws: ``SchemaError`` for a file that is edited or fails; the files before it stay applied. `PostgresError`.
    @discardableResult
    public func migrate(
        progress: @escaping @Sendable (SchemaProgress) -> Void = { _ in }
    ) async throws -> [SchemaStatus] {
        try await database.withConnection { connection in
            try await lock(connection, progress)
            try await connection.query(SchemaHistory.create)
            let status = status(given: try SchemaHistory.entries(try await connection.query(SchemaHistory.select)))
            try SchemaMigrator.refuseEdited(status)
            let pending = Set(status.filter { $0.state == .pending }.map(\.file))
            let runner = MigrationRunner(
                connection: connection,
                lockTimeout: lockTimeout,
                retryPause: retryPause,
                logger: logger
            )
            var position = 0
            for (module, migrations) in plan {
                for migration in migrations where pending.contains("\(module)/\(migration.name)") {
                    position += 1
                    progress(
                        .applying(module: module, name: migration.name, position: position, total: pending.count)
                    )
                    let time = try await runner.apply(migration, of: module, progress)
                    progress(.applied(module: module, name: migration.name, milliseconds: time))
                    logger.info("applied migration \(module)/\(migration.name) in \(time) ms")
                }
            }
            // The lock goes with the session; this frees it for those who wait now.
            try await connection.query("SELECT pg_advisory_unlock(\(SchemaMigrator.lockKey))")
            return status.filter { pending.contains($0.file) }
        }
    }

    /// Any number that other users of the database are unlikely to take: the bytes of `vibe_sch`.
    static let lockKey: Int64 = 0x7669_6265_5F73_6368

    /// Takes the lock of the session. It asks again and again, because a session that waits inside the server holds
    /// a snapshot, for which `CREATE INDEX CONCURRENTLY` of the instance that migrates would wait in turn.
    private func lock(_ connection: PostgresConnection, _ progress: (SchemaProgress) -> Void) async throws {
        var hasToldOfWaiting = false
        while true {
            let rows = try await connection.query("SELECT pg_try_advisory_lock(\(SchemaMigrator.lockKey))")
            if rows[0].bool(0) { return }
            if !hasToldOfWaiting {
                hasToldOfWaiting = true
                progress(.waiting)
                logger.info("another instance migrates the schema; waiting for it")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
