import Logging
import Postgres

/// Runs the statements of files on one connection.
struct MigrationRunner {
    let connection: PostgresConnection
    let lockTimeout: Duration
    let retryPause: Duration
    let logger: Logger

    /// How often a file is tried that cannot get its locks.
    static let attempts = 5

    /// Applies one file and writes its row of history.
    ///
    /// - Returns: how long it took, in milliseconds.
    func apply(
        _ migration: Migration,
        of module: String,
        _ progress: (SchemaProgress) -> Void
    ) async throws -> Int {
        let script = Script(module: module, migration: migration)
        try script.check()
        try await connection.simple("SET lock_timeout = '\(lockTimeout.milliseconds)ms'")
        var attempt = 1
        while true {
            do {
                return try await run(script)
            } catch let failure as Failure {
                guard failure.isLockConflict, attempt < MigrationRunner.attempts else { throw script.error(failure) }
                attempt += 1
                progress(.retrying(module: module, name: migration.name, attempt: attempt))
                logger.warning("migration \(module)/\(migration.name) waited too long for a lock; trying again")
                try await Task.sleep(for: retryPause * (attempt - 1))
            }
        }
    }

    private func run(_ script: Script) async throws -> Int {
        let start = ContinuousClock.now
        guard script.migration.isTransactional else {
            for statement in script.statements { try await run(statement) }
            let time = start.millisecondsUntilNow
            try await connection.query(
                SchemaHistory.insert(script.module, script.migration, milliseconds: time)
            )
            return time
        }
        try await connection.simple("BEGIN")
        do {
            for statement in script.statements { try await run(statement) }
            let time = start.millisecondsUntilNow
            try await connection.query(
                SchemaHistory.insert(script.module, script.migration, milliseconds: time)
            )
            // Constraints that were deferred are checked here.
            try await run(SQLStatement(text: "COMMIT", line: script.lastLine))
            return time
        } catch {
            // If this fails too, the connection is gone, and the transaction with it.
            _ = try? await connection.simple("ROLLBACK")
            throw error
        }
    }

    private func run(_ statement: SQLStatement) async throws {
        do {
            try await connection.simple(statement.text)
        } catch let error as PostgresError {
            throw Failure(statement: statement, error: error)
        }
    }

    /// A statement that failed.
    private struct Failure: Error {
        let statement: SQLStatement
        let error: PostgresError

        var isLockConflict: Bool {
            error.sqlState == .lockNotAvailable || error.sqlState == .deadlockDetected
        }
    }

    /// A file, split.
    private struct Script {
        let module: String
        let migration: Migration
        let statements: [SQLStatement]

        init(module: String, migration: Migration) {
            self.module = module
            self.migration = migration
            statements = SQLScript.statements(of: migration.sql)
        }

        var lastLine: Int { statements.last?.line ?? 1 }

        func check() throws {
            for statement in statements where statement.controlsTransaction {
                throw SchemaError.transactionControl(module: module, name: migration.name, line: statement.line)
            }
        }

        func error(_ failure: Failure) -> any Error {
            // Not a matter of the file: the database is gone, for example.
            guard case .server = failure.error.kind else { return failure.error }
            return SchemaError.failed(
                module: module,
                name: migration.name,
                line: failure.statement.line(at: failure.error.position),
                sqlState: failure.error.sqlState?.rawValue,
                message: failure.error.serverMessage
            )
        }
    }
}

extension PostgresError {
    /// The server's own words, without the detail, in which it quotes rows.
    fileprivate var serverMessage: String {
        let words = debugDetail.split(separator: ": ", maxSplits: 2).last.map(String.init) ?? debugDetail
        guard let end = words.firstRange(of: "; detail: ") ?? words.firstRange(of: "; hint: ") else { return words }
        return String(words[..<end.lowerBound])
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// Whole microseconds.
    var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

extension ContinuousClock.Instant {
    fileprivate var millisecondsUntilNow: Int { Int((ContinuousClock.now - self).milliseconds) }
}
