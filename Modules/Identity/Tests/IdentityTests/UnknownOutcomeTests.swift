import Contracts
import Kernel
import KernelTesting
import Testing

@testable import Identity
@testable import Postgres

@Suite("Claims whose outcome is unknown")
struct UnknownOutcomeTests {
    @Test("A claim that took effect gives its token, one that did not fails", arguments: [true, false])
    func claim(tookEffect: Bool) async throws {
        try await withSharedDatabase { database in
            let registration = try Self.registration(database.client, tookEffect: tookEffect)
            let handle = try Handle("ada")
            let state = try await registration.state(of: handle, at: .now)
            let new = Registration.NewHandle(
                handle: handle,
                isAgent: false,
                agentType: nil,
                publicKey: nil,
                recoveryKey: nil,
                client: nil
            )
            func claim() async throws -> Registration.SignIn {
                try await registration.claim(new, state: state, at: .now, writer: DatabaseWriter(database.client))
            }
            if tookEffect {
                let token = try await claim().token
                #expect(try await registration.authenticator.session(of: token)?.handle == "ada")
            } else {
                let failure = await #expect(throws: PostgresError.self) { _ = try await claim() }
                #expect(failure?.kind == .unknownOutcome)
            }
        }
    }

    private static func registration(_ database: PostgresClient, tookEffect: Bool) throws -> Registration {
        let secret = try ServiceSecret("a secret of tests, which everybody knows")
        let people = PeopleCache(store: PostgresPeopleStore(database: database), clock: .system)
        return Registration(
            store: BrokenLine(store: PostgresRegistrationStore(database: database), tookEffect: tookEffect),
            people: people,
            authenticator: TokenAuthenticator(
                signer: TokenSigner(key: secret.key(for: "identity.session_tokens")),
                sessions: PostgresSessionStore(database: database),
                people: people,
                feed: ChangeFeed(store: PostgresChangeStore(database: database)),
                clock: .system
            ),
            events: EventPublisher(),
            hooks: PersonHooks(),
            ids: .system,
            nameHash: NameHash(secret),
            genesis: GenesisRules(cap: 100, closes: false)
        )
    }
}

/// Loses the answer to every claim.
private struct BrokenLine: RegistrationStore {
    let store: PostgresRegistrationStore
    let tookEffect: Bool

    func claim(
        _ claim: Claim,
        before: [PostgresQuery],
        after: [PostgresQuery],
        writer: any RequestWriter
    ) async throws {
        if tookEffect { try await store.claim(claim, before: before, after: after, writer: writer) }
        throw PostgresError.unknownOutcome
    }

    func state(of key: String, nameHash: [UInt8], at now: PostgresTimestamp) async throws -> NameState {
        try await store.state(of: key, nameHash: nameHash, at: now)
    }

    func free(
        _ names: [(key: String, hash: [UInt8])],
        count: Int,
        at now: PostgresTimestamp
    ) async throws -> [String] {
        try await store.free(names, count: count, at: now)
    }

    func insert(
        _ session: SessionRecord,
        tokenHash: [UInt8],
        proof: Proof,
        after: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> Bool {
        try await store.insert(session, tokenHash: tokenHash, proof: proof, after: after, writer: writer)
    }

    func totals() async throws -> (registered: Int, genesis: Int) {
        try await store.totals()
    }
}

private struct DatabaseWriter: RequestWriter {
    let database: PostgresClient

    init(_ database: PostgresClient) {
        self.database = database
    }

    func write(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
        try await database.write(batch)
    }
}
