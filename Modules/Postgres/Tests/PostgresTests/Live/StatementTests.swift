import Testing

@testable import Postgres

/// Reads, writes and batches on shared connections.
@Suite struct StatementTests {
    /// A table of the test's own.
    private func withTable(
        _ columns: String,
        _ name: String = #function,
        _ body: @Sendable (PostgresClient, String) async throws -> Void
    ) async throws {
        let table = "t_" + name.prefix { $0 != "(" }.lowercased()
        try await withClient { client in
            try await client.write("DROP TABLE IF EXISTS \(unescaped: table)")
            try await client.write("CREATE TABLE \(unescaped: table) (\(unescaped: columns))")
            try await body(client, table)
        }
    }

    @Test func writesAndReads() async throws {
        try await withTable("id int8 PRIMARY KEY, name text") { client, table in
            let inserted = try await client.write(
                "INSERT INTO \(unescaped: table) VALUES (\(1), \("a")), (\(2), \(String?.none))"
            )
            #expect(inserted.affected == 2)
            #expect(inserted.commandTag == "INSERT 0 2")
            let rows = try await client.read("SELECT name, id FROM \(unescaped: table) ORDER BY id")
            #expect(rows.count == 2 && rows.columnCount == 2)
            #expect(try rows[0].decode((String?, Int).self) == ("a" as String?, 1))
            #expect(try rows[1].decode((String?, Int).self) == (nil as String?, 2))
            let none = try await client.write("UPDATE \(unescaped: table) SET name = '' WHERE id = \(77)")
            #expect(none.affected == 0 && none.isEmpty)
        }
    }

    @Test func errorsNameWhatIsConcernedWithoutQuotingData() async throws {
        try await withTable("id int8 PRIMARY KEY, n int4 CONSTRAINT positive CHECK (n > 0), m text NOT NULL") {
            client,
            table in
            try await client.write("INSERT INTO \(unescaped: table) VALUES (1, 1, 'secret')")
            let error = await #expect(throws: PostgresError.self) {
                try await client.write("INSERT INTO \(unescaped: table) VALUES (1, 1, 'secret')")
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.constraint == "\(table)_pkey")
            #expect(error?.table == table)
            #expect(error?.description.contains("(1)") == false)
            #expect(error?.debugDetail.contains("(1)") == true)
            let check = await #expect(throws: PostgresError.self) {
                try await client.write("INSERT INTO \(unescaped: table) VALUES (2, \(-5), 'secret')")
            }
            #expect(check?.sqlState == .checkViolation && check?.constraint == "positive")
            #expect(check?.description.contains("secret") == false)
            let null = await #expect(throws: PostgresError.self) {
                try await client.write("INSERT INTO \(unescaped: table) VALUES (3, 1, \(String?.none))")
            }
            #expect(null?.sqlState == .notNullViolation && null?.column == "m")
            let syntax = await #expect(throws: PostgresError.self) { try await client.read("SELECT FROM WHERE") }
            #expect(syntax?.sqlState == .syntaxError && syntax?.position != nil)
            let badText = await #expect(throws: PostgresError.self) { try await client.read("SELECT \("secret")::int") }
            #expect(badText?.sqlState == .invalidTextRepresentation)
            #expect(badText?.description.contains("secret") == false)
        }
    }

    @Test func aBatchIsAllOrNothing() async throws {
        try await withTable("id int8 PRIMARY KEY") { client, table in
            let results = try await client.write([
                "INSERT INTO \(unescaped: table) VALUES (\(1))",
                "INSERT INTO \(unescaped: table) VALUES (\(2)) RETURNING id",
                "SELECT count(*) FROM \(unescaped: table)",
            ])
            #expect(results.count == 3)
            #expect(results[1][0].int64(0) == 2)
            #expect(results[2][0].int64(0) == 2)
            let error = await #expect(throws: PostgresError.self) {
                try await client.write([
                    "INSERT INTO \(unescaped: table) VALUES (\(3))",
                    "INSERT INTO \(unescaped: table) VALUES (\(1))",
                    "INSERT INTO \(unescaped: table) VALUES (\(4))",
                ])
            }
            #expect(error?.sqlState == .uniqueViolation)
            let ids = try await client.read("SELECT id FROM \(unescaped: table) ORDER BY id").map { $0.int64(0) }
            #expect(ids == [1, 2])
            #expect(try await client.write([]).isEmpty)
        }
    }

    /// A deferred constraint fails at the Sync, after the statement's own answer.
    @Test func aCommitThatFailsIsNoSuccess() async throws {
        try await withTable("id int8 PRIMARY KEY, ref int8") { client, table in
            try await client.write(
                """
                ALTER TABLE \(unescaped: table) ADD CONSTRAINT \(unescaped: table)_ref FOREIGN KEY (ref)
                REFERENCES \(unescaped: table) (id) DEFERRABLE INITIALLY DEFERRED
                """
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 1...200 {
                    group.addTask {
                        // Every fourth one refers to nothing.
                        let broken = id % 4 == 0
                        let ref: Int? = broken ? -1 : nil
                        let result = await kind(of: {
                            try await client.write("INSERT INTO \(unescaped: table) VALUES (\(id), \(ref))")
                        })
                        #expect(result == (broken ? .server(.foreignKeyViolation) : nil))
                    }
                }
                try await group.waitForAll()
            }
            let count = try await client.read("SELECT count(*) FROM \(unescaped: table)")[0].int64(0)
            #expect(count == 150)
        }
    }

    /// Statements that fail share connections with others that must not notice.
    @Test(arguments: [true, false])
    func aFailingStatementNeverHarmsItsNeighbours(prepared: Bool) async throws {
        let table = "t_neighbours_\(prepared)"
        let acknowledged = Counter()
        try await withClient {
            $0.preparedStatements = prepared
            $0.readConnections = 2
            $0.writeConnections = 2
            $0.writeDepth = 4
        } _: { client in
            try await client.write("DROP TABLE IF EXISTS \(unescaped: table)")
            try await client.write("CREATE TABLE \(unescaped: table) (id int8 PRIMARY KEY)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<48 {
                    group.addTask {
                        for id in task * 100..<task * 100 + 100 {
                            if try await mixed(id, client, table) { acknowledged.add() }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let stored = try await client.read("SELECT count(*) FROM \(unescaped: table)")[0].int64(0)
            #expect(Int(stored) == acknowledged.value)
            #expect(acknowledged.value == 960)
        }
    }

    /// Runs one of several statements, of which some fail; says whether it wrote a row.
    private func mixed(_ id: Int, _ client: PostgresClient, _ table: String) async throws -> Bool {
        switch id % 10 {
        case 0:
            let failure = await kind { try await client.read("SELECT 1 / \(0)") }
            #expect(failure == .server(.divisionByZero))
        case 1:
            let failure = await kind { try await client.read("SELECT nothing FROM nowhere") }
            #expect(failure == .server(.undefinedTable))
        case 2, 3:
            try await client.write("INSERT INTO \(unescaped: table) VALUES (\(id))")
            return true
        case 4:
            let failure = await kind {
                try await client.write("INSERT INTO \(unescaped: table) VALUES (\(id)), (\(id))")
            }
            #expect(failure == .server(.uniqueViolation))
        default:
            let rows = try await client.read("SELECT \(id), \("x")")
            #expect(rows[0].int64(0) == Int64(id))
        }
        return false
    }

    @Test func statementsAreForgottenAndPreparedAgain() async throws {
        try await withClient {
            $0.preparedStatementLimit = 4
            $0.readConnections = 1
        } _: { client in
            for round in 0..<3 {
                for number in 0..<12 {
                    let rows = try await client.read("SELECT \(round) + \(unescaped: String(number))")
                    #expect(rows[0].int64(0) == Int64(round + number))
                }
            }
            let known = try await client.read("SELECT count(*) FROM pg_prepared_statements")[0].int64(0)
            #expect(known <= 4)
        }
    }

    /// The server refuses a plan whose columns have changed; the statement is prepared anew, unseen.
    @Test func aTableMayChangeUnderAPreparedStatement() async throws {
        try await withTable("id int8") { client, table in
            try await client.write("INSERT INTO \(unescaped: table) VALUES (1)")
            let all: PostgresQuery = "SELECT * FROM \(unescaped: table)"
            let insert: PostgresQuery = "INSERT INTO \(unescaped: table) (id) VALUES (2) RETURNING *"
            #expect(try await client.read(all).columnCount == 1)
            #expect(try await client.write(insert).columnCount == 1)
            try await client.write("ALTER TABLE \(unescaped: table) ADD COLUMN more text DEFAULT 'm'")
            #expect(try await client.read(all).columnCount == 2)
            #expect(try await client.write(insert).columnCount == 2)
            #expect(try await client.write([insert, all])[1].count == 4)
        }
    }

    @Test func aNameTheServerForgotIsPreparedAgain() async throws {
        try await withClient {
            $0.writeConnections = 1
        } _: { client in
            #expect(try await client.write("SELECT \(5)")[0].int64(0) == 5)
            try await client.write("DEALLOCATE ALL")
            #expect(try await client.write("SELECT \(6)")[0].int64(0) == 6)
        }
    }

    @Test func oneTextWithValuesOfOtherTypes() async throws {
        try await withClient {
            $0.readConnections = 1
        } _: { client in
            try await client.waitUntilReady()
            #expect(try await client.read("SELECT \(1)")[0].decode(Int.self, 0) == 1)
            #expect(try await client.read("SELECT \("1")")[0].decode(String.self, 0) == "1")
            #expect(try await client.read("SELECT \(true)")[0].decode(Bool.self, 0))
        }
    }

    @Test func manyValuesAndManyRows() async throws {
        try await withClient { client in
            let binds = (1...3000).map { PostgresBind($0) }
            let sum = (1...3000).map { "$\($0)" }.joined(separator: " + ")
            let rows = try await client.read(PostgresQuery(sql: "SELECT " + sum, binds: binds))
            #expect(rows[0].int64(0) == 4_501_500)
            let series = try await client.read("SELECT i, repeat('x', 100) FROM generate_series(1, 50000) AS i")
            #expect(series.count == 50_000)
            #expect(series.last?.int64(0) == 50_000)
        }
    }

    @Test func copyOnASharedConnectionIsRefused() async throws {
        try await withClient { client in
            try await client.waitUntilReady()
            #expect(await kind(of: { try await client.read("COPY (SELECT 1) TO STDOUT") }) == .misuse)
            #expect(await kind(of: { try await client.write("COPY pg_class FROM STDIN") }) == .misuse)
            #expect(try await client.read("SELECT 1")[0].decode(Int32.self, 0) == 1)
        }
    }

    @Test func aWriteDeclaredAReadIsRefused() async throws {
        try await withTable("id int8") { client, table in
            let failure = await kind { try await client.read("INSERT INTO \(unescaped: table) VALUES (1)") }
            #expect(failure == .server(.readOnlySQLTransaction))
            try await client.write("INSERT INTO \(unescaped: table) VALUES (1)")
        }
    }

    @Test func severalLoops() async throws {
        try await withClient {
            $0.loopThreads = 2
        } _: { client in
            try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<500 {
                    group.addTask { try await client.read("SELECT \(number)")[0].int64(0) }
                }
                let sum = try await group.reduce(0, +)
                #expect(sum == 124_750)
            }
        }
    }
}
