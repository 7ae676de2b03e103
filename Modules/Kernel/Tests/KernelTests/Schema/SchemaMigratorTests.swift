import KernelTesting
import Logging
import Postgres
import Testing

@testable import Kernel

@Suite(.serialized) struct SchemaMigratorTests {
    /// A migrator of one module, `a`, in an empty or half migrated database.
    private func migrator(_ database: TestDatabase, lockTimeout: Duration = .seconds(5), _ files: (String, String)...)
        -> SchemaMigrator
    {
        SchemaMigrator(
            plan: [("a", files.map { Migration(name: $0.0, sql: $0.1) })],
            database: database.client,
            lockTimeout: lockTimeout,
            retryPause: .milliseconds(10),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func exists(_ table: String, _ database: TestDatabase) async throws -> Bool {
        try await database.client.read("SELECT to_regclass(\(table)) IS NOT NULL")[0].bool(0)
    }

    @Test func appliesOnceInOrder() async throws {
        try await withTestDatabase(modules: nil) { database in
            let migrator = migrator(
                database,
                ("0001_t", "CREATE TABLE t (id int);"),
                ("0002_t", "ALTER TABLE t ADD COLUMN name text;")
            )
            let applied = try await migrator.migrate()
            #expect(applied.map(\.name) == ["0001_t", "0002_t"])
            #expect(try await migrator.migrate().isEmpty)
            #expect(try await migrator.validate().isEmpty)
            let status = try await migrator.status().filter { $0.module == "a" }
            #expect(status.count == 2)
            for status in status {
                guard case .applied = status.state else {
                    Issue.record("\(status.file) is \(status.state)")
                    continue
                }
            }
        }
    }

    @Test func pendingFilesFailValidation() async throws {
        try await withTestDatabase(modules: nil) { database in
            let error = await #expect(throws: SchemaError.self) {
                try await migrator(database, ("0001_t", "CREATE TABLE t (id int)")).validate()
            }
            #expect(error == .pending(["a/0001_t"]))
            #expect(error?.description.contains("a/0001_t") == true)
        }
    }

    @Test func refusesAnEditedFile() async throws {
        try await withTestDatabase(modules: nil) { database in
            try await migrator(database, ("0001_t", "CREATE TABLE t (id int)")).migrate()
            let edited = migrator(
                database,
                ("0001_t", "CREATE TABLE t (id bigint)"),
                ("0002_u", "CREATE TABLE u (id int)")
            )
            await #expect(throws: SchemaError.edited(module: "a", name: "0001_t")) { try await edited.migrate() }
            await #expect(throws: SchemaError.edited(module: "a", name: "0001_t")) { try await edited.validate() }
            #expect(try await exists("u", database) == false)
        }
    }

    @Test func toleratesFilesOfANewerVersion() async throws {
        try await withTestDatabase(modules: nil) { database in
            try await migrator(
                database,
                ("0001_t", "CREATE TABLE t (id int)"),
                ("0002_u", "CREATE TABLE u (id int)")
            ).migrate()
            let unknown = try await migrator(database, ("0001_t", "CREATE TABLE t (id int)")).validate()
            #expect(unknown.filter { $0.module == "a" }.map(\.name) == ["0002_u"])
        }
    }

    @Test func aFailureLeavesNothingOfItsFile() async throws {
        try await withTestDatabase(modules: nil) { database in
            let sql = "CREATE TABLE u (id int);\n\nINSERT INTO u VALUES (1);\nALTER TABLE u\n    ADD COLUMN id text;"
            let failing = migrator(database, ("0001_t", "CREATE TABLE t (id int)"), ("0002_u", sql))
            let error = await #expect(throws: SchemaError.self) { try await failing.migrate() }
            guard case .failed("a", "0002_u", line: 4, sqlState: "42701", let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message == #"column "id" of relation "u" already exists"#)
            #expect(try await exists("t", database))
            #expect(try await exists("u", database) == false)
            #expect(try await failing.status().filter { $0.state == .pending }.map(\.file) == ["a/0002_u"])
            // Mended, it goes on from there.
            try await migrator(
                database,
                ("0001_t", "CREATE TABLE t (id int)"),
                ("0002_u", "CREATE TABLE u (id int)")
            ).migrate()
            #expect(try await exists("u", database))
        }
    }

    @Test func anErrorNamesTheLineButNoData() async throws {
        try await withTestDatabase(modules: nil) { database in
            let sql = "CREATE TABLE t (name text);\nINSERT INTO t VALUES ('secret');\nSELECT nonsense\nFROM t;"
            let error = await #expect(throws: SchemaError.self) {
                try await migrator(database, ("0001_t", sql)).migrate()
            }
            #expect(error?.description.contains("a/0001_t.sql failed at line 3 (SQLSTATE 42703)") == true)

            let check =
                "CREATE TABLE t (name text);\nINSERT INTO t VALUES ('secret');\n"
                + "ALTER TABLE t ADD CONSTRAINT few CHECK (length(name) < 3);"
            let broken = await #expect(throws: SchemaError.self) {
                try await migrator(database, ("0001_t", check)).migrate()
            }
            #expect(broken?.description.contains("line 3") == true)
            #expect(broken?.description.contains("secret") == false)
        }
    }

    @Test func aFileMayNotEndItsTransaction() async throws {
        try await withTestDatabase(modules: nil) { database in
            let migrator = migrator(database, ("0001_t", "CREATE TABLE t (id int);\nCOMMIT;"))
            await #expect(throws: SchemaError.transactionControl(module: "a", name: "0001_t", line: 2)) {
                try await migrator.migrate()
            }
            let exists = try await exists("t", database)
            #expect(!exists)
        }
    }

    @Test func aFileWithoutTransactionIsResumed() async throws {
        try await withTestDatabase(modules: nil) { database in
            let mark = Migration.noTransactionMark
            let start = "CREATE TABLE IF NOT EXISTS t (id int);\n"
            await #expect(throws: SchemaError.self) {
                try await migrator(database, ("0001_t", "\(mark)\n\(start)SELECT 1 / 0;")).migrate()
            }
            #expect(try await exists("t", database))
            try await migrator(
                database,
                ("0001_t", "\(mark)\n\(start)CREATE INDEX CONCURRENTLY IF NOT EXISTS t_id ON t (id);")
            ).migrate()
            #expect(try await exists("t_id", database))
        }
    }

    /// Both hold a file that takes long enough for the second to come while the first runs; `CREATE INDEX
    /// CONCURRENTLY` would wait for the second for ever if it waited inside the server.
    @Test func ofTwoMigratorsOneWaits() async throws {
        try await withTestDatabase(modules: nil) { database in
            let sql =
                "\(Migration.noTransactionMark)\nCREATE TABLE t (id int);\nSELECT pg_sleep(0.5);\n"
                + "CREATE INDEX CONCURRENTLY t_id ON t (id);"
            let waited = Tally()
            let first = migrator(database, ("0001_t", sql))
            let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await first.migrate { if $0 == .waiting { waited.increment() } }.count
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(applied.sorted() == [0, 1])
            #expect(waited.count == 1)
        }
    }

    @Test func aLockedTableIsTriedAgain() async throws {
        try await withTestDatabase(modules: nil) { database in
            try await database.client.write("CREATE TABLE t (id int)")
            let retried = Tally()
            let (retries, retry) = AsyncStream.makeStream(of: Void.self)
            let migrator = migrator(
                database,
                lockTimeout: .milliseconds(50),
                ("0001_t", "ALTER TABLE t ADD COLUMN name text")
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await database.client.transaction { transaction in
                    try await transaction.query("LOCK TABLE t")
                    group.addTask {
                        _ = try await migrator.migrate { step in
                            guard case .retrying = step else { return }
                            retried.increment()
                            retry.yield()
                        }
                    }
                    for await _ in retries { break }
                }
                try await group.waitForAll()
            }
            #expect(retried.count >= 1)
            try await migrator.validate()
        }
    }

    @Test func theDumpIsTheSchema() async throws {
        let sql = """
            CREATE TYPE mood AS ENUM ('good', 'bad');
            CREATE TABLE parents (handle text PRIMARY KEY, mood mood NOT NULL DEFAULT 'good');
            CREATE UNLOGGED TABLE children (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                parent text REFERENCES parents (handle) ON DELETE CASCADE,
                age int CHECK (age > 0),
                name text COLLATE "C",
                shown text GENERATED ALWAYS AS (lower(name)) STORED
            ) WITH (fillfactor = 70);
            CREATE INDEX children_parent ON children (parent, age DESC) WHERE age > 3;
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
            CREATE TRIGGER touching BEFORE UPDATE ON children FOR EACH ROW EXECUTE FUNCTION touch();
            """
        let dump = try await withTestDatabase(modules: nil) { database in
            let migrator = migrator(database, ("0001_t", sql))
            try await migrator.migrate()
            return try await migrator.dump()
        }
        for part in [
            "CREATE TYPE mood AS ENUM ('good', 'bad');", "mood mood DEFAULT 'good'::mood NOT NULL",
            "CREATE UNLOGGED TABLE children (", "id bigint GENERATED ALWAYS AS IDENTITY NOT NULL",
            #"name text COLLATE "C""#, "GENERATED ALWAYS AS (lower(name)) STORED", "WITH (fillfactor=70)",
            "CHECK ((age > 0))", "ON DELETE CASCADE;", "CREATE INDEX children_parent", "CREATE TRIGGER touching",
            "CREATE OR REPLACE FUNCTION public.touch()", "CREATE TABLE schema_migrations (",
        ] {
            #expect(dump.contains(part), "\(part) is missing in:\n\(dump)")
        }
        // Loaded into another database, it gives itself.
        try await withTestDatabase(modules: nil) { database in
            try await database.client.withConnection { connection in
                try await connection.simple("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
                for statement in SQLScript.statements(of: dump) { try await connection.simple(statement.text) }
            }
            #expect(try await migrator(database).dump() == dump)
        }
    }
}
