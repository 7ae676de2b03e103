import Foundation
import Logging
import Metrics
import Postgres
import ServiceLifecycle
import ServiceSettings

/// Runs the jobs of all modules, each in a task of its own, until graceful shutdown cancels them.
struct JobRunner: Service {
    private let loops: [JobLoop]

    init(jobs: [Job], services: KernelServices) {
        self.init(jobs: jobs, services: services, lease: services.settings.duration("jobs.lease"))
    }

    /// - Parameter lease: how long an instance that has died keeps others from its jobs.
    init(jobs: [Job], services: KernelServices, lease: Duration) {
        let holder = UUID().uuidString
        loops = jobs.map { job in
            JobLoop(
                job: job,
                lease: JobLease(job: job.name, holder: holder, length: lease, database: services.database),
                logger: services.logger(for: "jobs")
            )
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                // Also without jobs: the end of a service ends the whole.
                group.addTask { while !Task.isCancelled { try? await Task.sleep(for: .seconds(86_400)) } }
                for loop in loops { group.addTask { await loop.run() } }
            }
        }
    }
}

/// Runs one job again and again.
struct JobLoop: Sendable {
    private let job: Job
    private let lease: JobLease
    private let logger: Logger
    private let succeeded: Counter
    private let failed: Counter
    private let duration: Metrics.Timer
    /// Failures in a row lengthen the pause, up to five minutes or the job's own interval.
    private let retry: RetryPolicy

    init(job: Job, lease: JobLease, logger: Logger) {
        self.job = job
        self.lease = lease
        self.logger = logger
        let dimensions = [("job", job.name)]
        succeeded = Counter(label: "jobs_succeeded_total", dimensions: dimensions)
        failed = Counter(label: "jobs_failed_total", dimensions: dimensions)
        duration = Metrics.Timer(label: "jobs_duration_seconds", dimensions: dimensions)
        retry = RetryPolicy(attempts: .max, first: job.interval, longest: max(job.interval, .seconds(300)))
    }

    func run() async {
        var failures = 0
        while !Task.isCancelled {
            var pause = job.interval
            do {
                switch job.scope {
                case .everyInstance: try await runOnce()
                case .oneInstance: pause = try await runWithLease(failures: failures)
                }
                failures = 0
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                pause = retry.pause(afterFailures: failures)
                failed.increment()
                logger.error(
                    "a job failed",
                    metadata: [
                        "job": .string(job.name), "cause": .string(SafeCause.text(error)),
                        "failures": .stringConvertible(failures),
                    ]
                )
            }
            try? await Task.sleep(for: pause)
        }
    }

    private func runOnce() async throws {
        let start = ContinuousClock.now
        try await job.body()
        succeeded.increment()
        duration.recordNanoseconds((ContinuousClock.now - start).microseconds * 1_000)
    }

    /// Runs the job if this instance may.
    ///
    /// - Returns: how long to wait before asking again.
    private func runWithLease(failures: Int) async throws -> Duration {
        if case .refused(let time) = try await lease.claim() {
            // The first to ask after the holder's death takes over, so nobody asks less often than a lease lasts.
            return min(max(time, .milliseconds(50)), max(lease.length, .milliseconds(50)))
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await runRenewing())
        } catch {
            result = .failure(error)
        }
        var pause = job.interval
        if case .failure = result { pause = Task.isCancelled ? .zero : retry.pause(afterFailures: failures + 1) }
        let dueIn = pause
        // A task of its own, which the shutdown does not cancel: others need not wait for the lease to lapse.
        try? await Task { try await lease.release(dueIn: dueIn) }.value
        try result.get()
        return pause
    }

    /// Runs the job while another task keeps the lease; without it, the job is cancelled.
    private func runRenewing() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runOnce() }
            group.addTask { try await keepLease() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func keepLease() async throws {
        var validUntil = ContinuousClock.now + lease.length
        while true {
            try await Task.sleep(for: lease.length / 3)
            let asked = ContinuousClock.now
            do {
                guard try await lease.renew() else { throw JobLeaseLost() }
                validUntil = asked + lease.length
            } catch let error as PostgresError {
                // An outage shorter than the rest of the lease does no harm.
                guard ContinuousClock.now + lease.length / 3 < validUntil else { throw error }
            }
        }
    }
}
