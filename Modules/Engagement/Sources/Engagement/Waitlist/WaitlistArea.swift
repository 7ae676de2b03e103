import JSONText
import Kernel
import Postgres
import ServiceSettings

/// Addresses of people who want to be told.
struct WaitlistArea: Area {
    private let store: PostgresWaitlistStore
    private let services: KernelServices

    static let settings = [
        SettingDeclaration(
            key: "engagement.waitlist_joins_per_hour",
            type: .int(0...1_000_000),
            default: "10",
            description: "Addresses that may be put on the waitlist in an hour from one network; 0 for no limit.",
            owner: "engagement"
        ),
        SettingDeclaration(
            key: "engagement.waitlist_days",
            type: .int(1...36_500),
            default: "730",
            description: "Days for which an address stays on the waitlist.",
            owner: "engagement"
        ),
    ]

    init(_ registrar: ModuleRegistrar) throws {
        store = PostgresWaitlistStore(database: registrar.database)
        services = registrar.services
    }

    func register(in registrar: ModuleRegistrar) {
        WaitlistRoutes(store: store).register(in: registrar)
        let days = Int64(registrar.settings.int("engagement.waitlist_days"))
        registrar.job("forget_waitlist", every: .seconds(3_600), scope: .oneInstance) {
            try await store.forget(joinedBefore: services.clock.now.adding(days: -days))
        }
    }

    func export(_ handle: String) async throws -> [(String, JSON)] {
        [("waitlist", .array(try await store.addresses(of: handle).map { .string($0) }))]
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await store.erase(handle, in: transaction)
    }
}
