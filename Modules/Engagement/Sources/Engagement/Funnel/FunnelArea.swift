import JSONText
import Kernel
import Postgres
import ServiceSettings

/// How often each step of the way in happens, and who has got how far.
struct FunnelArea: Area {
    private let store: PostgresFunnelStore
    private let people: People

    static let settings = [
        SettingDeclaration(
            key: "engagement.funnel_events_per_minute",
            type: .int(0...1_000_000),
            default: "120",
            description: "Funnel events a minute per handle, without a token per address; 0 for no limit.",
            owner: "engagement"
        )
    ]

    init(_ registrar: ModuleRegistrar) throws {
        store = PostgresFunnelStore(database: registrar.database)
        people = try People(registrar)
    }

    func register(in registrar: ModuleRegistrar) {
        FunnelRoutes(store: store, people: people).register(in: registrar)
    }

    func export(_ handle: String) async throws -> [(String, JSON)] {
        let steps: [JSON] = try await store.steps(of: handle).map { step in
            ["event": .string(step.event), "first_at": .timestamp(step.firstAt.microseconds)]
        }
        return [("funnel", .array(steps))]
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await store.erase(handle, in: transaction)
    }
}
