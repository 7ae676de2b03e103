public import Contracts
public import Kernel
import Postgres
import Synchronization

/// Takes the place of the module Identity where another module is tested alone: the table `handles` that foreign keys
/// point to, people known by name, and tokens that name their owner.
///
/// It answers to the name `identity`, so that modules which require it start. The system tests run the real one.
public final class StandInIdentity: FeatureModule {
    private let people: [Person]
    private let directory = Mutex<StandInDirectory?>(nil)

    /// - Parameter people: handles that exist from the start, as people with a token each.
    public convenience init(people: [String] = ["ada", "grace"]) {
        self.init(people.map { Person(handle: $0, shown: $0, kind: .human) })
    }

    /// - Parameter people: persons with names, kinds and time zones of their own.
    public init(_ people: [Person]) {
        self.people = people
    }

    /// What `Authorization: Bearer` takes for a person.
    public static func token(of handle: String) -> String { "token-of-\(handle)" }

    public let manifest = ModuleManifest(
        name: "identity",
        summary: "People for the tests of other modules",
        tables: ["handles"]
    )

    /// The columns of the real table that other modules may rely on.
    public let migrations = [
        Migration(
            name: "0001_handles",
            sql: """
                CREATE TABLE handles (
                    handle text PRIMARY KEY,
                    shown text NOT NULL,
                    kind text NOT NULL DEFAULT 'human'
                );
                """
        )
    ]

    public let openAPI = "paths: {}\n"

    public func register(in registrar: ModuleRegistrar) throws {
        let directory = StandInDirectory(people, database: registrar.database)
        registrar.provide(directory, as: (any PeopleDirectory).self)
        registrar.provide(directory, as: (any Authenticator).self)
        self.directory.withLock { $0 = directory }
    }

    public func start() async throws {
        try await directory.withLock { $0 }?.store()
    }
}
