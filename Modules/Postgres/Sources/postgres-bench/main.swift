import Glibc
import Logging
import Postgres

// Measures the client alone: prepared SELECT by key, and INSERT with a durable commit. Compare with pgbench in the same
// run; absolute numbers on a shared machine mean little.
//
// It makes its own table, `postgres_bench`, and drops it in the end. `compare.sh` beside this file runs both in turns.

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    print("usage: postgres-bench <url> [seconds = 5] [tasks = 64] [write connections = 8] [write depth = 1]")
    exit(2)
}

/// A number from the command line.
func argument(_ index: Int, default number: Int) -> Int {
    arguments.count > index ? Int(arguments[index]) ?? number : number
}

let seconds = argument(2, default: 5)
let tasks = argument(3, default: 64)
let rowCount = 100_000

var configuration = try PostgresConfiguration(url: arguments[1])
configuration.writeConnections = argument(4, default: configuration.writeConnections)
configuration.writeDepth = argument(5, default: configuration.writeDepth)
let client = PostgresClient(configuration: configuration, logger: Logger(label: "bench"))
let running = Task { try await client.run() }
try await client.waitUntilReady()
try await client.write("DROP TABLE IF EXISTS postgres_bench")
try await client.write(
    "CREATE TABLE postgres_bench (id int8 PRIMARY KEY, a text NOT NULL, b int4, c bool NOT NULL, d timestamptz NOT NULL)"
)
try await client.write(
    """
    INSERT INTO postgres_bench
    SELECT i, 'name of ' || i, i, i % 2 = 0, now() FROM generate_series(1, \(rowCount)) AS i
    """,
    deadline: .seconds(600)
)
try await client.withConnection { _ = try await $0.simple("VACUUM ANALYZE postgres_bench") }

try await measure("SELECT by key", seconds: seconds, tasks: tasks) { random, _ in
    let id = Int.random(in: 1...rowCount, using: &random)
    let rows = try await client.read("SELECT id, a, b, c, d FROM postgres_bench WHERE id = \(id)")
    return rows[0].int64(0) == Int64(id)
}
try await measure("INSERT", seconds: seconds, tasks: tasks) { random, number in
    let rows = try await client.write(
        "INSERT INTO postgres_bench VALUES (\(rowCount + number), \("name"), \(Int32(7)), \(true), \(PostgresTimestamp.now))"
    )
    return rows.affected == 1
}
try await client.write("DROP TABLE postgres_bench")
running.cancel()
try await running.value
