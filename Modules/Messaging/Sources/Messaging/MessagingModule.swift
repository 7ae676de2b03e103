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
        tables: ["messages", "message_threads", "message_polls"]
    )

    public let settings = [
        SettingDeclaration(
            key: "messaging.messages_per_minute",
            type: .int(0...1_000_000),
            default: "120",
            description: "Messages a handle may send per minute; 0 for no limit",
            owner: "messaging"
        )
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
            people: people,
            consent: registrar.capability((any ConsentCapability).self),
            services: services
        )
        MessageRoutes(store: store, people: people, sender: sender).register(in: registrar)

        let system = SystemSender(store: store, database: registrar.database, clock: services.clock)
        registrar.provide(system, as: (any SystemMessenger).self)
        registrar.handle(HandleRegistered.self, as: "welcome") { event, transaction in
            try await store.withhold(
                from: event.handle,
                before: services.clock.now.addingDays(-PostgresMessageStore.waitingDays),
                in: transaction
            )
            try await system.welcome(event, in: transaction)
        }
        registrar.job("forget_polls", every: .seconds(3_600), scope: .oneInstance) {
            try await store.forgetPolls(before: services.clock.now.addingDays(-Self.pollMemory))
        }
        registrar.stats { [("messages", .int(Int(try await store.messageCount())))] }

        let history = MessageHistory(database: registrar.database)
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

    /// Days after which a silent session's place is forgotten. It then starts with all unread messages again.
    private static let pollMemory: Int64 = 90
}

extension PostgresTimestamp {
    func addingDays(_ days: Int64) -> PostgresTimestamp {
        PostgresTimestamp(microseconds: microseconds + days * 86_400_000_000)
    }
}
