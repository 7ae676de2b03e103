import KernelTesting

/// The service as a process of its own, without limits, with an empty database that goes with the test.
nonisolated(nonsending) func withService<Result>(
    environment: [String: String] = [:],
    _ body: (ProcessService, TestDatabase) async throws -> Result
) async throws -> Result {
    try await Gate.services.pass {
        try await withTestDatabase(modules: nil) { database in
            try await withProcessService(
                databaseURL: database.url,
                environment: ServiceEnvironment.unlimited(environment)
            ) { service in
                try await body(service, database)
            }
        }
    }
}
