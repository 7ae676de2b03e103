import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Postgres

/// What happens when connections break, servers restart, callers lose patience and queues fill. Serialized, because
/// each test needs the machine's attention; every one that disturbs a server has one of its own.
@Suite(.serialized) struct FaultTests {
    private enum Outcome: Hashable {
        case acknowledged
        case refused(PostgresError.Kind)
    }

    /// How each insert ended.
    private final class Ledger: Sendable {
        private struct State {
            var outcomes: [Int: Outcome] = [:]
            var slowest = Duration.zero
            var isOver = false
        }

        private let state = Mutex(State())

        func note(_ id: Int, _ outcome: Outcome, after duration: Duration) {
            state.withLock { state in
                state.outcomes[id] = outcome
                state.slowest = max(state.slowest, duration)
            }
        }

        func finish() { state.withLock { $0.isOver = true } }

        var isOver: Bool { state.withLock { $0.isOver } }
        var outcomes: [Int: Outcome] { state.withLock { $0.outcomes } }
        var slowest: Duration { state.withLock { $0.slowest } }

        func count(_ outcome: Outcome) -> Int {
            state.withLock { $0.outcomes.values.count { $0 == outcome } }
        }
    }

    /// Inserts rows from many tasks until the ledger is closed.
    private func insert(_ client: PostgresClient, tasks: Int, _ ledger: Ledger) async {
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var id = task * 1_000_000
                    while !ledger.isOver, !Task.isCancelled {
                        id += 1
                        let start = ContinuousClock.now
                        let failure = await kind { try await client.write("INSERT INTO faults VALUES (\(id))") }
                        let outcome = failure.map { Outcome.refused($0) } ?? .acknowledged
                        ledger.note(id, outcome, after: ContinuousClock.now - start)
                        _ = try? await client.read("SELECT \(id)")
                    }
                }
            }
        }
    }

    private func stored(_ client: PostgresClient) async throws -> Set<Int> {
        Set(try await client.read("SELECT id FROM faults").map { Int($0.int64(0)) })
    }

    /// What was acknowledged is stored; what was refused is not, unless the outcome is said to be unknown.
    private func check(_ outcomes: [Int: Outcome], against stored: Set<Int>) {
        for (id, outcome) in outcomes {
            switch outcome {
            case .acknowledged: #expect(stored.contains(id))
            case .refused(.unknownOutcome), .refused(.deadline(sent: true)): break
            case .refused: #expect(!stored.contains(id), "\(outcome)")
            }
        }
        #expect(stored.isSubset(of: Set(outcomes.keys)))
    }

    @Test func terminatedConnectionsUnderLoad() async throws {
        let server = try TestServer()
        try await withClient(server) { client in
            try await client.write("CREATE TABLE faults (id int8)")
            let ledger = Ledger()
            async let load: Void = insert(client, tasks: 32, ledger)
            try await withClient(server) { killer in
                try await killer.withConnection { connection in
                    for _ in 0..<10 {
                        try await eventually { client.health.isReachable }
                        let before = ledger.outcomes.count
                        _ = try await connection.query(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
                            """
                        )
                        // Others got through meanwhile.
                        try await eventually { ledger.outcomes.count > before + 50 }
                    }
                }
            }
            ledger.finish()
            await load
            check(ledger.outcomes, against: try await stored(client))
            #expect(ledger.count(.refused(.unknownOutcome)) > 0)
            #expect(ledger.count(.acknowledged) > 200)
        }
    }

    @Test func restartUnderLoad() async throws {
        // Durable, since the server is stopped as a crash would stop it.
        let server = try TestServer(settings: ["fsync = on"])
        try await withClient(server) {
            $0.queueTimeout = .milliseconds(750)
        } _: { client in
            try await client.write("CREATE TABLE faults (id int8)")
            let ledger = Ledger()
            async let load: Void = insert(client, tasks: 32, ledger)
            for _ in 0..<2 {
                try await expectProgress(ledger)
                try server.stop()
                try await eventually { !client.health.isReachable }
                // Callers are turned away, and soon.
                let failed = ledger.count(.refused(.unavailable))
                try await eventually { ledger.count(.refused(.unavailable)) > failed + 32 }
                #expect(client.health.lastError != nil)
                try server.start()
                try await eventually { client.health.isReachable }
            }
            try await expectProgress(ledger)
            ledger.finish()
            await load
            check(ledger.outcomes, against: try await stored(client))
            // None hangs: the clock is that of a busy machine, where a wait of 0.75 s can look longer.
            #expect(ledger.slowest < .seconds(10))
            #expect(client.health.lastError == nil)
        }
    }

    private func expectProgress(_ ledger: Ledger) async throws {
        let before = ledger.count(.acknowledged)
        try await eventually { ledger.count(.acknowledged) > before + 100 }
    }

    @Test func anUnreachableServerFailsSoon() async throws {
        let port = try TestServer.freePort()
        try await withClient(url: "postgres://postgres@127.0.0.1:\(port)/postgres") {
            $0.queueTimeout = .milliseconds(750)
        } _: { client in
            let start = ContinuousClock.now
            #expect(await kind { try await client.read("SELECT 1") } == .unavailable)
            #expect(await kind { try await client.transaction { try await $0.query("SELECT 1") } } == .unavailable)
            #expect(ContinuousClock.now - start < .seconds(10))
            let error = await #expect(throws: PostgresError.self) {
                try await client.waitUntilReady(timeout: .milliseconds(50))
            }
            #expect(error?.kind == .connection)
            #expect(error?.description.contains("refused") == true)
            #expect(!client.health.isReachable)
        }
    }

    @Test func aWrongDatabaseIsReportedAtOnce() async throws {
        let url = TestServer.shared.url.replacing("/postgres?", with: "/nowhere?")
        try await withClient(url: url) { client in
            let start = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) {
                try await client.waitUntilReady(timeout: .seconds(30))
            }
            #expect(error?.description.contains("nowhere") == true)
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func deadlines() async throws {
        try await withClient {
            $0.readConnections = 1
            $0.writeConnections = 1
        } _: { client in
            try await client.waitUntilReady()
            let sent = await kind { try await client.read("SELECT pg_sleep(0.5)", deadline: .milliseconds(50)) }
            #expect(sent == .deadline(sent: true))
            async let slow = client.write("SELECT pg_sleep(0.4)")
            try await eventually {
                try await client.withConnection { connection in
                    try await connection.query(
                        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(0.4)%'"
                    )[0].int64(0) > 1
                }
            }
            let unsent = await kind { try await client.write("SELECT 1", deadline: .milliseconds(20)) }
            #expect(unsent == .deadline(sent: false))
            _ = try await slow
            // The connections are none the worse.
            _ = try await client.read("SELECT 1")
            try await client.withConnection { connection in
                let late = await kind { try await connection.query("SELECT pg_sleep(60)", deadline: .milliseconds(50)) }
                #expect(late == .deadline(sent: true))
                let answer = try await connection.query("SELECT \(1)")[0].int64(0)
                #expect(answer == 1)
            }
            let transaction = await kind {
                try await client.transaction(deadline: .milliseconds(100)) { try await $0.query("SELECT pg_sleep(60)") }
            }
            #expect(transaction == .deadline(sent: true))
        }
    }

    /// A statement that nobody waits for any more, and that never ends, gives its connection up.
    @Test func aStuckConnectionIsReplaced() async throws {
        try await withClient {
            $0.writeConnections = 1
        } _: { client in
            let stuck = await kind { try await client.write("SELECT pg_sleep(61)", deadline: .milliseconds(50)) }
            #expect(stuck == .deadline(sent: true))
            let answer = try await {
                while true {
                    do { return try await client.write("SELECT \(1)")[0].int64(0) } catch let error as PostgresError {
                        guard error.kind == .unavailable else { throw error }
                    }
                }
            }()
            #expect(answer == 1)
            try await eventually {
                try await client.read(
                    "SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(61)' AND state = 'active'"
                )
                .isEmpty
            }
        }
    }

    @Test func cancelledTasks() async throws {
        try await withClient {
            $0.writeConnections = 1
            $0.queueTimeout = .seconds(30)
        } _: { client in
            try await client.waitUntilReady()
            // On a shared connection the caller is let go.
            let shared = Task { try await client.write("SELECT pg_sleep(0.3)") }
            try await eventually { try await isRunning("SELECT pg_sleep(0.3)", client) }
            // One that waits behind it never runs.
            let waiting = Task { try await client.write("CREATE TABLE must_not_exist (id int)") }
            try await eventually { client.health.waiting == 1 }
            waiting.cancel()
            shared.cancel()
            #expect(await kind { try await waiting.value } == .cancelled)
            #expect(await kind { try await shared.value } == .cancelled)
            _ = try await client.write("SELECT 1")
            #expect(try await client.read("SELECT to_regclass('must_not_exist')::text")[0].isNull(0))
            // On a leased connection the server stops.
            let leased = Task { try await client.transaction { try await $0.query("SELECT pg_sleep(62)") } }
            try await eventually { try await isRunning("SELECT pg_sleep(62)", client) }
            leased.cancel()
            #expect(await kind { try await leased.value } == .cancelled)
            try await eventually { try await !isRunning("SELECT pg_sleep(62)", client) }
            // A task that is cancelled already asks for nothing.
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.read("SELECT 1")
            }
            #expect(await kind { try await late.value } == .cancelled)
        }
    }

    private func isRunning(_ sql: String, _ client: PostgresClient) async throws -> Bool {
        try await client.read("SELECT FROM pg_stat_activity WHERE query = \(sql) AND state = 'active'").isEmpty == false
    }

    @Test func connectionCancel() async throws {
        try await withClient { client in
            try await client.withConnection { connection in
                async let result = kind { try await connection.query("SELECT pg_sleep(63)") }
                try await eventually { try await isRunning("SELECT pg_sleep(63)", client) }
                connection.cancel()
                #expect(await result == .server(.queryCanceled))
                let answer = try await connection.query("SELECT \(1)")[0].int64(0)
                #expect(answer == 1)
            }
        }
    }

    @Test func aFullQueueTurnsAway() async throws {
        try await withClient {
            $0.writeConnections = 1
            $0.queueLimit = 2
        } _: { client in
            try await client.waitUntilReady()
            _ = try await client.write("SELECT 1")
            let slow = Task { try await client.write("SELECT pg_sleep(0.4)") }
            try await eventually { try await isRunning("SELECT pg_sleep(0.4)", client) }
            let waiting = (0..<2).map { number in Task { try await client.write("SELECT \(number)") } }
            try await eventually { client.health.waiting == 2 }
            #expect(await kind { try await client.write("SELECT 1") } == .unavailable)
            for task in [slow] + waiting { _ = try await task.value }
        }
    }

    @Test func aLostTransactionIsRolledBack() async throws {
        try await withClient { client in
            let failure = await kind {
                try await client.transaction { transaction in
                    let pid = try await transaction.query("SELECT pg_backend_pid()")[0].decode(Int.self, 0)
                    try await client.write("SELECT pg_terminate_backend(\(pid)::int)")
                    try await transaction.query("SELECT 1")
                }
            }
            #expect(failure == .connection)
            let answer = try await client.transaction { try await $0.query("SELECT \(1)")[0].int64(0) }
            #expect(answer == 1)
        }
    }

    @Test func shutdown() async throws {
        let configuration = try PostgresConfiguration(url: TestServer.shared.url)
        let client = PostgresClient(configuration: configuration, logger: .init(label: "test"))
        let run = Task { try await client.run() }
        let slow = Task { try await client.write("SELECT pg_sleep(64)") }
        try await withClient { other in try await eventually { try await isRunning("SELECT pg_sleep(64)", other) } }
        run.cancel()
        try await run.value
        #expect(await kind { try await slow.value } == .unknownOutcome)
        #expect(await kind { try await client.read("SELECT 1") } == .closed)
        #expect(await kind { try await client.waitUntilReady() } == .closed)
    }

    /// What is under way ends, what comes later is turned away.
    @Test func gracefulShutdown() async throws {
        let configuration = try PostgresConfiguration(url: TestServer.shared.url)
        let client = PostgresClient(configuration: configuration, logger: Logger(label: "test"))
        let group = ServiceGroup(services: [client], logger: Logger(label: "test"))
        let run = Task { try await group.run() }
        try await withClient { other in
            let transaction = Task {
                try await client.transaction { transaction in
                    try await transaction.query("SELECT pg_sleep(0.31)")
                    return try await transaction.query("SELECT \(5)")[0].int64(0)
                }
            }
            let slow = Task { try await client.write("SELECT pg_sleep(0.32)") }
            try await eventually { try await isRunning("SELECT pg_sleep(0.31)", other) }
            try await eventually { try await isRunning("SELECT pg_sleep(0.32)", other) }
            await group.triggerGracefulShutdown()
            try await eventually { await kind { try await client.read("SELECT 1") } == .closed }
            #expect(try await transaction.value == 5)
            #expect(try await slow.value.count == 1)
        }
        try await run.value
        #expect(!client.health.isReachable)
    }

    @Test func configurationsThatCannotWork() {
        for url in [
            "postgre://u:secret@h/db", "postgres://u:secret@[h/db", "host=h password", "postgres://h/db?sslmod=require",
        ] {
            let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
            #expect(error?.kind == .configuration)
            #expect(error?.debugDetail.contains("secret") == false)
        }
        #expect(throws: Never.self) {
            try PostgresConfiguration(url: "host=/tmp dbname=x", directURL: "postgresql:///x")
        }
    }
}
