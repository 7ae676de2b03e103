import KernelTesting
import Postgres
import Testing

@testable import Kernel

@Suite(.serialized) struct JobRunnerTests {
    private struct Broken: Error {}

    private static func job(_ scope: Job.Scope, _ body: @escaping @Sendable () async throws -> Void) -> Job {
        Job(name: "test.job", interval: .milliseconds(10), scope: scope, body: body)
    }

    private static func runner(
        _ database: TestDatabase,
        _ jobs: [Job],
        lease: Duration = .seconds(10)
    ) throws -> JobRunner {
        JobRunner(jobs: jobs, services: try KernelFixture.services(database.client), lease: lease)
    }

    @Test(arguments: [Job.Scope.everyInstance, .oneInstance]) func runsAgainAndAgain(_ scope: Job.Scope) async throws {
        try await withTestDatabase(modules: []) { database in
            let runs = Tally()
            let runner = try Self.runner(database, [Self.job(scope) { runs.increment() }])
            try await KernelFixture.running([runner]) { try await eventually { runs.count >= 3 } }
        }
    }

    @Test(arguments: [Job.Scope.everyInstance, .oneInstance]) func aFailureIsNotTheEnd(_ scope: Job.Scope) async throws
    {
        try await withTestDatabase(modules: []) { database in
            let runs = Tally()
            let runner = try Self.runner(
                database,
                [Self.job(scope) { if runs.increment() <= 2 { throw Broken() } }]
            )
            try await KernelFixture.running([runner]) { try await eventually { runs.count >= 4 } }
        }
    }

    /// Runs overlap in time on purpose: each waits until the other instance had ample opportunity to begin.
    @Test func oneInstanceMeansOne() async throws {
        try await withTestDatabase(modules: []) { database in
            let inside = Tally()
            let leaving = Tally()
            let overlaps = Tally()
            let runners = try (0..<2).map { _ in
                try Self.runner(
                    database,
                    [
                        Self.job(.oneInstance) {
                            if inside.increment() - leaving.count > 1 { overlaps.increment() }
                            try await Task.sleep(for: .milliseconds(20))
                            leaving.increment()
                        }
                    ]
                )
            }
            try await KernelFixture.running(runners) { try await eventually { leaving.count >= 6 } }
            #expect(overlaps.count == 0)
        }
    }

    /// The first holder is one that never renews or releases: as a process that was killed.
    @Test func anotherTakesOverFromTheDead() async throws {
        try await withTestDatabase(modules: []) { database in
            let dead = JobLease(
                job: "test.job",
                holder: "dead",
                length: .milliseconds(300),
                database: database.client
            )
            guard case .granted = try await dead.claim() else {
                Issue.record("the first claim was refused")
                return
            }
            let runs = Tally()
            let runner = try Self.runner(
                database,
                [Self.job(.oneInstance) { runs.increment() }],
                lease: .milliseconds(300)
            )
            try await KernelFixture.running([runner]) {
                #expect(runs.count == 0)
                try await eventually { runs.count >= 1 }
            }
            #expect(try await dead.renew() == false)
        }
    }

    @Test func aLongRunKeepsItsLease() async throws {
        try await withTestDatabase(modules: []) { database in
            let renewals = Tally()
            let (started, start) = AsyncStream.makeStream(of: Void.self)
            let runner = try Self.runner(
                database,
                [
                    Self.job(.oneInstance) {
                        start.yield()
                        try await Task.sleep(for: .seconds(60))
                    }
                ],
                lease: .seconds(2)
            )
            let rival = JobLease(
                job: "test.job",
                holder: "rival",
                length: .seconds(2),
                database: database.client
            )
            try await KernelFixture.running([runner]) {
                for await _ in started { break }
                var until = PostgresTimestamp(microseconds: 0)
                // The lease is extended twice, and nobody else gets it meanwhile.
                try await eventually {
                    if case .granted = try await rival.claim() { Issue.record("a rival got the lease") }
                    let now = try await database.client.read("SELECT until FROM job_leases")[0].timestamp(0)
                    if now > until { renewals.increment() }
                    until = max(now, until)
                    return renewals.count > 2
                }
            }
            // The graceful stop cancelled the run and gave the lease back.
            guard case .granted = try await rival.claim() else {
                Issue.record("the lease was not given back")
                return
            }
        }
    }

    @Test func whoLosesTheLeaseIsCancelled() async throws {
        try await withTestDatabase(modules: []) { database in
            let (started, start) = AsyncStream.makeStream(of: Void.self)
            let cancelled = Tally()
            let runner = try Self.runner(
                database,
                [
                    Self.job(.oneInstance) {
                        start.yield()
                        do {
                            try await Task.sleep(for: .seconds(60))
                        } catch {
                            cancelled.increment()
                            throw error
                        }
                    }
                ],
                lease: .milliseconds(90)
            )
            try await KernelFixture.running([runner]) {
                for await _ in started { break }
                try await database.client.write(
                    "UPDATE job_leases SET holder = 'rival', until = now() + interval '1 hour'"
                )
                try await eventually { cancelled.count == 1 }
            }
        }
    }
}
