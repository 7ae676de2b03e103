import Contracts
import JSONText
import Kernel
import Postgres
import ServiceSettings

/// Codes by which people let others in.
struct InviteArea: Area {
    private let store: PostgresInviteStore
    private let people: People
    private let claims: any HandleClaims
    private let services: KernelServices

    static let settings = [
        SettingDeclaration(
            key: "engagement.invite_checks_per_minute",
            type: .int(0...1_000_000),
            default: "30",
            description: "Codes that an address may ask about or try in a minute; 0 for no limit.",
            owner: "engagement"
        ),
        SettingDeclaration(
            key: "engagement.redemptions_per_hour",
            type: .int(0...1_000_000),
            default: "30",
            description: "Invites that an address may redeem in an hour; 0 for no limit.",
            owner: "engagement"
        ),
        SettingDeclaration(
            key: "engagement.invites_per_minute",
            type: .int(0...1_000_000),
            default: "20",
            description: "Wishes for a code a minute per handle; 0 for no limit.",
            owner: "engagement"
        ),
    ]

    /// Days after which an unused code that has expired is forgotten.
    private static let memory: Int64 = 30

    init(_ registrar: ModuleRegistrar) throws {
        store = PostgresInviteStore(database: registrar.database)
        people = try People(registrar)
        claims = try registrar.require((any HandleClaims).self)
        services = registrar.services
    }

    func register(in registrar: ModuleRegistrar) {
        InviteRoutes(
            store: store,
            people: people,
            // Provided by Identity, which starts first; without it everybody has the plain allowance.
            profiles: registrar.capability((any PublicProfiles).self),
            redemption: Redemption(store: store, claims: claims, services: services),
            limiter: ExactLimiter(services: services),
            links: Links(registrar.settings),
            services: services
        ).register(in: registrar)
        registrar.job("forget_invites", every: .seconds(3_600), scope: .oneInstance) {
            try await store.forget(expiredBefore: services.clock.now.adding(days: -Self.memory))
        }
    }

    func export(_ handle: String) async throws -> [(String, JSON)] {
        let history = try await store.history(of: handle)
        let invites: [JSON] = history.map { invite in
            [
                "code": .string(invite.code), "created_by": .string(invite.inviter),
                "used_by": invite.usedBy.map { .string($0) } ?? .null,
                "used_at": invite.usedAt.map { .timestamp($0.microseconds) } ?? .null,
                "created_at": .timestamp(invite.createdAt.microseconds),
                "expires_at": .timestamp(invite.expiresAt.microseconds),
            ]
        }
        return [("invites", .array(invites))]
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await store.erase(handle, in: transaction)
    }
}
