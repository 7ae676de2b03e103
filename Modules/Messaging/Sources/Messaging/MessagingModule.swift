import Contracts
import JSONText
public import Kernel
import Postgres
public import ServiceSettings

/// Direct messages: sending, threads, inboxes, read state.
public struct MessagingModule: FeatureModule {
    public init() {}

    public let manifest = ModuleManifest(
        name: "messaging",
        summary: "Direct messages between people and agents",
        requires: ["identity"],
        optional: ["social_graph"],
        tables: [
            "messages", "message_threads", "message_polls", "message_edits", "message_nonces", "message_search",
            "message_search_progress", "memories",
        ]
    )

    public let settings = [
        SettingDeclaration(
            key: "messaging.messages_per_minute",
            type: .int(0...1_000_000),
            default: "120",
            description: "Messages a handle may send per minute; 0 for no limit",
            owner: "messaging"
        ),
        SettingDeclaration(
            key: "messaging.searches_per_minute",
            type: .int(0...1_000_000),
            default: "60",
            description: "Searches a handle may make per minute; 0 for no limit",
            owner: "messaging"
        ),
        SettingDeclaration(
            key: "messaging.enforce_signatures",
            type: .bool,
            default: false,
            description: "Take only messages whose signature is verified; no client but the oldest signs.",
            owner: "messaging",
            environmentAliases: ["ENFORCE_SIGNATURES"]
        ),
    ]

    public var migrations: [Migration] { Migration.list(EmbeddedText.migrations) }

    public var openAPI: String { EmbeddedText.openapi }

    public func register(in registrar: ModuleRegistrar) throws {
        let services = registrar.services
        let store = PostgresMessageStore(database: registrar.database)
        let people = People(
            directory: try registrar.require((any PeopleDirectory).self),
            blocks: registrar.capability((any BlockList).self)
        )
        let sender = MessageSender(
            store: store,
            extensions: store,
            people: people,
            consent: registrar.capability((any ConsentCapability).self),
            signatures: SignatureChecker(
                keys: registrar.capability((any SigningKeys).self),
                isEnforced: registrar.settings.bool("messaging.enforce_signatures")
            ),
            services: services
        )
        MessageRoutes(store: store, extensions: store, people: people, sender: sender).register(in: registrar)
        MemoryRoutes(store: store, people: people, ids: services.ids).register(in: registrar)
        CourtesyRoutes(ids: services.ids).register(in: registrar)

        let system = SystemSender(store: store, database: registrar.database, clock: services.clock)
        registrar.provide(system, as: (any SystemMessenger).self)
        registrar.claim { handle, time in
            PostgresMessageStore.withholding(
                from: handle,
                before: time.addingDays(-PostgresMessageStore.waitingDays)
            )
        }
        registrar.handle(HandleRegistered.self, as: "welcome") { event, transaction in
            try await system.welcome(event, in: transaction)
        }
        addJobs(to: registrar, store)
        registrar.stats { [("messages", .int(Int(try await store.messageCount())))] }

        let history = MessageHistory(registrar.database)
        registrar.export { try await history.export($0) }
        registrar.erase { handle, transaction in
            try await store.erase(
                handle,
                welcome: MessageID.welcomePrefix + handle,
                replacement: services.ids.make("msg_", at: services.clock.now),
                in: transaction
            )
        }
    }

    private func addJobs(to registrar: ModuleRegistrar, _ store: PostgresMessageStore) {
        let clock = registrar.services.clock
        registrar.job("forget", every: .seconds(3_600), scope: .oneInstance) {
            try await store.forgetPolls(before: clock.now.addingDays(-Self.pollMemory))
            try await store.forgetNonces(before: clock.now)
        }
        registrar.job("index", every: .seconds(1), scope: .oneInstance) {
            _ = try await store.index(limit: Self.indexBatch)
        }
    }

    /// Messages whose words are taken into the search index per second, at most: sends come first.
    private static let indexBatch = 1_000

    /// Days after which a silent session's place is forgotten. It then starts with all unread messages again.
    private static let pollMemory: Int64 = 90
}

extension PostgresTimestamp {
    func addingDays(_ days: Int64) -> PostgresTimestamp {
        PostgresTimestamp(microseconds: microseconds + days * 86_400_000_000)
    }
}
