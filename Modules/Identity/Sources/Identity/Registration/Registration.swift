import Contracts
import HTTPTypes
import Kernel
import Postgres

/// Tells whether names are free, claims them, and hands out tokens to those who have proved who they are.
struct Registration: Sendable {
    let store: any RegistrationStore
    let people: PeopleCache
    let authenticator: TokenAuthenticator
    let events: EventPublisher
    /// What other modules do when a handle is claimed.
    let hooks: PersonHooks
    let ids: IdentifierSource
    let nameHash: NameHash
    let genesis: GenesisRules

    /// A token, and whose it is.
    struct SignIn: Sendable {
        let person: Person
        let session: SessionRecord
        let token: String
        /// The founder's number of a handle that was just claimed.
        var genesisNumber: Int?
    }

    // MARK: Availability

    func state(of handle: Handle, at now: PostgresTimestamp) async throws -> NameState {
        try await store.state(of: handle.key, nameHash: nameHash(handle.key), at: now)
    }

    /// Names like the one asked for that are free.
    func suggestions(for input: String, at now: PostgresTimestamp) async throws -> [String] {
        let names = Suggestions.candidates(for: input).map { (key: $0, hash: nameHash($0)) }
        return try await store.free(names, count: Suggestions.count, at: now)
    }

    /// The refusal of a name that nobody may claim by themselves.
    func reserved(_ handle: Handle, _ reason: String, at now: PostgresTimestamp) async throws -> APIError {
        APIError(
            .badRequest,
            code: "reserved",
            error: "reserved",
            "@\(handle.spelling) cannot be claimed: \(reason).",
            field: "username",
            suggestions: try await suggestions(for: handle.key, at: now)
        )
    }

    // MARK: Claiming

    /// What the register of a new handle says of it.
    struct NewHandle: Sendable {
        let handle: Handle
        var isAgent = false
        var agentType: String?
        var publicKey: PublicKey?
        var recoveryKey: PublicKey?
        /// What the program calls itself.
        var client: String?
    }

    /// Claims a name that was free a moment ago.
    ///
    /// - Parameters:
    ///   - statements: of the caller, run before the claim in its transaction.
    ///   - belongings: of the new handle, stored after the claim in its transaction.
    /// - Throws: ``ClaimRefusal/taken``; 400 `genesis_full` where registering ends with the founders; what a statement
    ///   of the caller throws.
    func claim(
        _ new: NewHandle,
        with statements: [PostgresQuery] = [],
        belongings: [PostgresQuery] = [],
        state: NameState,
        at now: PostgresTimestamp,
        writer: any RequestWriter
    ) async throws -> SignIn {
        var claimed = state.genesisClaimed
        while true {
            let number = genesis.number(after: claimed)
            if number == nil, genesis.closes {
                let names = try await suggestions(for: new.handle.key, at: now)
                throw APIError.genesisFull(cap: genesis.cap, suggestions: names)
            }
            do {
                return try await claim(
                    new,
                    with: statements,
                    belongings: belongings,
                    number: number,
                    at: now,
                    writer: writer
                )
            } catch ClaimRefusal.numberTaken {
                // Ends: each time round, somebody else has got a number, of which there are only so many.
                claimed = try await store.totals().genesis
            }
        }
    }

    private func claim(
        _ new: NewHandle,
        with statements: [PostgresQuery],
        belongings: [PostgresQuery],
        number: Int?,
        at now: PostgresTimestamp,
        writer: any RequestWriter
    ) async throws -> SignIn {
        let kind: Person.Kind = new.isAgent ? .agent : .human
        let (session, token) = newSession(for: new.handle.key, client: new.client, at: now)
        let claim = Claim(
            handle: new.handle,
            kind: kind,
            agentType: new.isAgent ? new.agentType : nil,
            publicKey: new.publicKey,
            recoveryKey: new.recoveryKey,
            genesisNumber: number,
            session: session,
            tokenHash: TokenSigner.hash(token)
        )
        let key = new.handle.key
        let registered = HandleRegistered(handle: key, genesisNumber: number, isAgent: new.isAgent)
        let consequences =
            belongings + hooks.claim(key, at: now) + events.statements(for: registered)
            + events.statements(for: ProfileChanged(handle: key))
        do {
            try await store.claim(claim, before: statements, after: consequences, writer: writer)
        } catch let error as PostgresError where error.leavesOutcomeOpen {
            // If the claim took effect, this is the only time that its token can be told.
            guard let found = try? await authenticator.session(of: token), found.handle == new.handle.key else {
                throw error
            }
        }
        let person = Person(handle: new.handle.key, shown: new.handle.spelling, kind: kind)
        // Not remembered here: the write may still be part of a transaction. The next look finds it.
        people.forget(person.handle)
        return SignIn(person: person, session: session, token: token, genesisNumber: number)
    }

    // MARK: Signing in

    /// A new session for somebody who has proved who they are; `nil` when the proof is no good any more.
    ///
    /// - Parameter statements: run after the session is stored, in its transaction.
    func signIn(
        _ person: Person,
        proof: Proof,
        with statements: [PostgresQuery] = [],
        client: String?,
        at now: PostgresTimestamp,
        writer: any RequestWriter
    ) async throws -> SignIn? {
        let (session, token) = newSession(for: person.handle, client: client, at: now)
        let hash = TokenSigner.hash(token)
        let isProven = try await store.insert(
            session,
            tokenHash: hash,
            proof: proof,
            after: statements,
            writer: writer
        )
        guard isProven else { return nil }
        return SignIn(person: person, session: session, token: token)
    }

    /// A session that is still to be stored, and its token.
    func newSession(
        for handle: String,
        client: String?,
        at now: PostgresTimestamp
    ) -> (session: SessionRecord, token: String) {
        let session = SessionRecord(
            // As the original's, with 144 random bits instead of 96.
            id: "sess_" + Base64URL.encode(ids.bytes(18)),
            handle: handle,
            client: client,
            createdAt: now,
            lastUsedAt: now
        )
        return (session, authenticator.token(for: session.id))
    }
}

extension PostgresError {
    /// Whether a write may have taken effect although it failed.
    fileprivate var leavesOutcomeOpen: Bool {
        switch kind {
        case .unknownOutcome, .deadline(sent: true): true
        default: false
        }
    }
}

/// How many founders there are, and what comes after them.
struct GenesisRules: Sendable {
    /// 0: no numbers are given out.
    let cap: Int
    /// Whether registering ends with the last number.
    let closes: Bool

    /// The number of the next to register, `nil` when all are gone.
    func number(after claimed: Int) -> Int? {
        claimed < cap ? claimed + 1 : nil
    }
}

extension APIError {
    static func genesisFull(cap: Int, suggestions: [String]) -> APIError {
        APIError(
            .badRequest,
            code: "genesis_full",
            error: "genesis_full",
            "All \(cap) founding handles are taken, and registration is closed for now.",
            suggestions: suggestions
        )
    }
}
