import Metrics
import Postgres
import ServiceSettings

/// What the kernel does again and again for itself.
enum KernelJobs {
    static func all(_ services: KernelServices) -> [Job] {
        let database = services.database
        let retention = services.settings.duration("idempotency.retention")
        let waiting = Gauge(label: "events_waiting")
        let age = Gauge(label: "events_oldest_seconds")
        let dead = Gauge(label: "events_dead_letters")
        return [
            Job(name: "kernel.idempotency_sweep", interval: .seconds(600), scope: .oneInstance) {
                try await sweep(database) { IdempotencyRecord.sweep(olderThan: retention, limit: $0) }
            },
            Job(name: "kernel.limits_sweep", interval: .seconds(60), scope: .oneInstance) {
                try await sweep(database) { ExactLimiter.sweep(limit: $0) }
                try await sweep(database) { SharedUsage.sweep(limit: $0) }
            },
            Job(name: "kernel.outbox_figures", interval: .seconds(15), scope: .everyInstance) {
                let figures = try await database.read(Outbox.figures)
                guard let row = figures.first else { return }
                waiting.record(row.int64(0))
                age.record(row.double(1))
                dead.record(row.int64(2))
            },
        ]
    }

    /// Deletes in small steps, so that no transaction is long and the replicas keep up.
    private static func sweep(_ database: PostgresClient, _ delete: (_ limit: Int) -> PostgresQuery) async throws {
        let limit = 5_000
        while try await database.write(delete(limit)).affected == limit {}
    }
}
