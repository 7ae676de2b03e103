import Testing

@testable import Postgres

/// Transactions, leased connections, COPY and the simple protocol.
@Suite struct LeaseTests {
    private struct Abort: Error {}

    private func withTable(
        _ name: String = #function,
        _ body: @Sendable (PostgresClient, String) async throws -> Void
    ) async throws {
        let table = "l_" + name.prefix { $0 != "(" }.lowercased()
        try await withClient { client in
            try await client.write("DROP TABLE IF EXISTS \(unescaped: table)")
            try await client.write("CREATE TABLE \(unescaped: table) (id int8 PRIMARY KEY, name text)")
            try await body(client, table)
        }
    }

    private func ids(_ client: PostgresClient, _ table: String) async throws -> [Int64] {
        try await client.read("SELECT id FROM \(unescaped: table) ORDER BY id").map { $0.int64(0) }
    }

    @Test func aTransactionCommitsOrRollsBack() async throws {
        try await withTable { client, table in
            let result = try await client.transaction { transaction in
                try await transaction.query("INSERT INTO \(unescaped: table) VALUES (\(1), 'a')")
                let rows = try await transaction.query([
                    "INSERT INTO \(unescaped: table) VALUES (\(2), 'b')", "SELECT count(*) FROM \(unescaped: table)",
                ])
                return rows[1][0].int64(0)
            }
            #expect(result == 2)
            await #expect(throws: Abort.self) {
                try await client.transaction { transaction in
                    try await transaction.query("INSERT INTO \(unescaped: table) VALUES (\(3), 'c')")
                    throw Abort()
                }
            }
            #expect(try await ids(client, table) == [1, 2])
            // One that does nothing does not even begin.
            try await client.transaction { _ in }
        }
    }

    @Test func aFailedTransactionIsNeverReportedAsCommitted() async throws {
        try await withTable { client, table in
            let outcome = await kind(of: {
                try await client.transaction { transaction in
                    try await transaction.query("INSERT INTO \(unescaped: table) VALUES (\(1), 'a')")
                    _ = try? await transaction.query("SELECT 1 / 0")
                }
            })
            #expect(outcome == .server(.inFailedSQLTransaction))
            let stored = try await ids(client, table)
            #expect(stored == [])
            let late = await kind(of: {
                try await client.transaction { transaction in
                    try await transaction.query(
                        "CREATE TEMPORARY TABLE k (id int8 UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"
                    )
                    try await transaction.query("INSERT INTO k VALUES (1), (1)")
                }
            })
            #expect(late == .server(.uniqueViolation))
        }
    }

    @Test func savepointsUndoTheirPartOnly() async throws {
        try await withTable { client, table in
            try await client.transaction { transaction in
                try await transaction.query("INSERT INTO \(unescaped: table) VALUES (1, '')")
                await #expect(throws: PostgresError.self) {
                    try await transaction.savepoint {
                        try await transaction.query("INSERT INTO \(unescaped: table) VALUES (2, '')")
                        try await transaction.query("INSERT INTO \(unescaped: table) VALUES (1, '')")
                    }
                }
                try await transaction.savepoint {
                    _ = try await transaction.query("INSERT INTO \(unescaped: table) VALUES (3, '')")
                }
            }
            #expect(try await ids(client, table) == [1, 3])
        }
    }

    @Test func isolation() async throws {
        try await withClient { client in
            let level = try await client.transaction(.init(isolation: .serializable, isReadOnly: true)) { transaction in
                let rows = try await transaction.query(
                    "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')"
                )
                return try rows[0].decode((String, String).self)
            }
            #expect(level == ("serializable", "on"))
            let refused = await kind(of: {
                try await client.transaction(.init(isReadOnly: true)) {
                    try await $0.query("CREATE TABLE never (id int)")
                }
            })
            #expect(refused == .server(.readOnlySQLTransaction))
        }
    }

    @Test func aTransactionThatEscapedItsBodyIsDead() async throws {
        try await withClient { client in
            let escaped = try await client.transaction { transaction in
                try await transaction.query("SELECT 1")
                return transaction
            }
            #expect(await kind(of: { try await escaped.query("SELECT 1") }) == .connection)
        }
    }

    @Test func transactionsShareFewConnections() async throws {
        try await withTable { client, table in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 0..<100 {
                    group.addTask {
                        try await client.transaction { transaction in
                            try await transaction.query("INSERT INTO \(unescaped: table) VALUES (\(id), 'x')")
                            try await transaction.query("UPDATE \(unescaped: table) SET name = 'y' WHERE id = \(id)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await ids(client, table).count == 100)
            #expect(client.health.connectionsOpen <= 3 + 8 + 4)
        }
    }

    @Test func concurrentStatementsOfATransactionKeepTheirOrder() async throws {
        try await withTable { client, table in
            try await client.transaction { transaction in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in 0..<20 {
                        group.addTask {
                            try await transaction.query("INSERT INTO \(unescaped: table) VALUES (\(id), '')")
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await ids(client, table).count == 20)
        }
    }

    @Test func sessionStateDoesNotReachTheNextBorrower() async throws {
        try await withClient {
            $0.leaseConnections = 1
        } _: { client in
            let first = try await client.withConnection { connection in
                try await connection.query("SET search_path TO pg_catalog")
                try await connection.query("SELECT pg_advisory_lock(42)")
                try await connection.query("CREATE TEMPORARY TABLE mine (id int)")
                try await connection.simple("BEGIN; SELECT 1")
                return try await connection.query("SELECT pg_backend_pid()")[0].int64(0)
            }
            try await client.withConnection { connection in
                let rows = try await connection.query(
                    """
                    SELECT pg_backend_pid(), current_setting('search_path'), to_regclass('mine') IS NULL,
                        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42)
                    """
                )
                let (pid, path, isGone, locks) = try rows[0].decode((Int64, String, Bool, Int).self)
                #expect(pid == first)
                #expect(path.contains("public"))
                #expect(isGone && locks == 0)
            }
        }
    }

    @Test func simpleProtocol() async throws {
        try await withClient { client in
            try await client.withConnection { connection in
                let results = try await connection.simple(
                    "CREATE TEMPORARY TABLE s (id int); INSERT INTO s VALUES (1), (2); SELECT id FROM s ORDER BY id"
                )
                #expect(results.map(\.commandTag) == ["CREATE TABLE", "INSERT 0 2", "SELECT 2"])
                #expect(results[2].map { $0.text(0) } == ["1", "2"])
                #expect(throws: PostgresError.self) { try results[2][0].decode(Int.self, 0) }
                // All of it is one transaction.
                #expect(
                    await kind(of: { try await connection.simple("INSERT INTO s VALUES (3); SELECT 1 / 0") })
                        == .server(.divisionByZero)
                )
                #expect(try await connection.query("SELECT count(*) FROM s")[0].int64(0) == 2)
                #expect(try await connection.simple("").count == 1)
                #expect(await kind(of: { try await connection.simple("COPY s TO STDOUT") }) == .misuse)
            }
        }
    }

    @Test func copyInAndOut() async throws {
        try await withTable { client, table in
            let texts = ["plain", "tab\tnew\nline\r\\back", "\\N", "", "ünï"]
            try await client.withConnection { connection in
                let count = try await connection.copyIn("COPY \(table) FROM STDIN") { writer in
                    for id in 0..<50_000 {
                        try await writer.write(row: [String(id), id % 7 == 6 ? nil : texts[id % 5]])
                    }
                }
                #expect(count == 50_000)
            }
            let rows = try await client.read("SELECT name FROM \(unescaped: table) ORDER BY id LIMIT 35")
            for (id, row) in rows.enumerated() {
                #expect(try row.decode(String?.self, 0) == (id % 7 == 6 ? nil : texts[id % 5]))
            }
            try await client.withConnection { connection in
                var bytes = 0
                var lines = 0
                var chunks = 0
                for try await chunk in try await connection.copyOut("COPY \(table) TO STDOUT") {
                    bytes += chunk.count
                    lines += chunk.count { $0 == UInt8(ascii: "\n") }
                    chunks += 1
                    #expect(chunk.last == UInt8(ascii: "\n"))
                }
                #expect(lines == 50_000)
                #expect(chunks > 1)
                // The connection is good for more.
                #expect(try await connection.query("SELECT \(1)")[0].int64(0) == 1)
            }
        }
    }

    @Test func rowsAreCopiedInTheirBinaryForm() async throws {
        try await withClient { client in
            try await client.write("DROP TABLE IF EXISTS l_binary")
            try await client.write(
                """
                CREATE TABLE l_binary (
                    id int8, small int2, name text, "odd ""name" bool, ratio float8, at timestamptz, body json, raw bytea,
                    tags text[]
                )
                """
            )
            let at = PostgresTimestamp(microseconds: 1_767_890_123_456_789)
            let columns = ["id", "small", "name", "odd \"name", "ratio", "at", "body", "raw", "tags"]
            let count = try await client.withConnection { connection in
                try await connection.copyRows(into: "public.l_binary", columns) { rows in
                    for id in 0..<20_000 {
                        try await rows.add { row in
                            row.write(id)
                            row.write(Int16(id % 100))
                            row.write(id % 2 == 0 ? "ünï\t\\N" : String?.none)
                            row.write(true)
                            row.write(0.5)
                            row.write(at)
                            row.write(PostgresJSON(#"{"a": 1 }"#))
                            row.write([UInt8]([0, 255]))
                            row.write(["a", "b,c"])
                        }
                    }
                }
            }
            #expect(count == 20_000)
            let rows = try await client.read(
                """
                SELECT id, small, name, "odd ""name", ratio, at, body::text, raw, tags
                FROM l_binary
                ORDER BY id DESC
                LIMIT 2
                """
            )
            #expect(rows[0].int64(0) == 19_999 && rows[0].isNull(2))
            #expect(try rows[1].decode(String.self, 2) == "ünï\t\\N")
            #expect(rows[1].int64(1) == 98 && rows[1].bool(3) && rows[1].double(4) == 0.5 && rows[1].timestamp(5) == at)
            #expect(try rows[1].decode(String.self, 6) == #"{"a": 1 }"#)
            #expect(try rows[1].decode([UInt8].self, 7) == [0, 255])
            #expect(try rows[1].decode([String].self, 8) == ["a", "b,c"])
        }
    }

    @Test func aRowThatCannotBeEncodedEndsTheCopy() async throws {
        try await withTable { client, table in
            try await client.withConnection { connection in
                let nul = await kind(of: {
                    try await connection.copyRows(into: table, ["id", "name"]) { rows in
                        try await rows.add { row in
                            row.write(1)
                            row.write("fine")
                        }
                        try await rows.add { row in
                            row.write(2)
                            row.write("a\u{0}b")
                        }
                    }
                })
                #expect(nul == .encoding)
                let short = await kind(of: {
                    try await connection.copyRows(into: table, ["id", "name"]) { rows in
                        try await rows.add { $0.write(1) }
                    }
                })
                #expect(short == .server(.badCopyFileFormat))
                let answer = try await connection.query("SELECT \(1)")[0].int64(0)
                #expect(answer == 1)
            }
            #expect(try await ids(client, table) == [])
        }
    }

    @Test func aCopyThatFailsCopiesNothing() async throws {
        try await withTable { client, table in
            try await client.withConnection { connection in
                await #expect(throws: Abort.self) {
                    try await connection.copyIn("COPY \(table) FROM STDIN") { writer in
                        try await writer.write(row: ["1", "x"])
                        throw Abort()
                    }
                }
                let malformed = await kind(of: {
                    try await connection.copyIn("COPY \(table) FROM STDIN") { try await $0.write(Array("x\ty\n".utf8)) }
                })
                #expect(malformed == .server(.invalidTextRepresentation))
                #expect(await kind(of: { try await connection.copyIn("SELECT 1") { _ in } }) == .misuse)
                #expect(
                    await kind(of: { try await connection.copyIn("COPY nowhere FROM STDIN") { _ in } })
                        == .server(.undefinedTable)
                )
                #expect(
                    await kind(of: {
                        for try await _ in try await connection.copyOut(
                            "COPY (SELECT 1 / (3 - i) FROM generate_series(1, 3) AS i) TO STDOUT"
                        ) {}
                    }) == .server(.divisionByZero)
                )
                let answer = try await connection.query("SELECT \(1)")[0].int64(0)
                #expect(answer == 1)
            }
            #expect(try await ids(client, table) == [])
        }
    }

    @Test func aCopyLeftHalfwayDoesNotSpoilThePool() async throws {
        try await withClient {
            $0.leaseConnections = 1
        } _: { client in
            try await client.withConnection { connection in
                for try await _ in try await connection.copyOut("COPY (SELECT generate_series(1, 1000000)) TO STDOUT") {
                    #expect(await kind(of: { try await connection.query("SELECT 1") }) == .misuse)
                    break
                }
            }
            let answer = try await client.withConnection { try await $0.query("SELECT \(7)")[0].int64(0) }
            #expect(answer == 7)
        }
    }
}
