import Contracts
import Kernel
import Postgres

/// The registry of names.
protocol RegistrationStore: Sendable {
    func state(of key: String, nameHash: [UInt8], at now: PostgresTimestamp) async throws -> NameState

    /// Those of the names that nobody has, in their order, at most `count`.
    func free(
        _ names: [(key: String, hash: [UInt8])],
        count: Int,
        at now: PostgresTimestamp
    ) async throws -> [String]

    /// Claims a name: handle, number, profile and session, with what others run before and after it, all or nothing, in
    /// one round trip.
    ///
    /// - Throws: ``ClaimRefusal``, or what a statement of others throws.
    func claim(
        _ claim: Claim,
        before: [PostgresQuery],
        after: [PostgresQuery],
        writer: any RequestWriter
    ) async throws

    /// Gives out a session on a proof, with what others run after it, all or nothing.
    ///
    /// - Parameter proof: counts as it stands at this moment, not as it stood when the request came.
    /// - Returns: whether the proof was good; without it, nothing is written.
    func insert(
        _ session: SessionRecord,
        tokenHash: [UInt8],
        proof: Proof,
        after: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> Bool

    /// Handles claimed, and founders' numbers among them.
    func totals() async throws -> (registered: Int, genesis: Int)
}

struct PostgresRegistrationStore: RegistrationStore {
    let database: PostgresClient

    func state(of key: String, nameHash: [UInt8], at now: PostgresTimestamp) async throws -> NameState {
        let rows = try await database.read(Self.state(of: key, nameHash: nameHash, at: now))
        guard let row = rows.first else { throw RegistryIsEmpty() }
        return NameState(
            kind: row.isNull(0) ? nil : Person.Kind(rawValue: row.string(0)) ?? .erased,
            reservedAs: row.isNull(1) ? nil : row.string(1),
            isQuarantined: row.bool(2),
            genesisClaimed: Int(row.int64(3))
        )
    }

    func free(
        _ names: [(key: String, hash: [UInt8])],
        count: Int,
        at now: PostgresTimestamp
    ) async throws -> [String] {
        let rows = try await database.read(
            """
            SELECT n.name
            FROM unnest(\(names.map(\.key)), \(names.map(\.hash))) WITH ORDINALITY AS n (name, hash, place)
            WHERE NOT EXISTS (SELECT FROM handles AS h WHERE h.handle = n.name AND h.kind <> 'placeholder')
                AND NOT EXISTS (SELECT FROM reserved_handles AS r WHERE r.handle = n.name)
                AND NOT EXISTS (SELECT FROM quarantined_names AS q WHERE q.name_hash = n.hash AND q.until > \(now))
            ORDER BY n.place
            LIMIT \(count)
            """
        )
        return rows.map { $0.string(0) }
    }

    func claim(
        _ claim: Claim,
        before: [PostgresQuery],
        after: [PostgresQuery],
        writer: any RequestWriter
    ) async throws {
        do {
            _ = try await writer.write(before + [Self.statement(claim)] + after)
        } catch let error as PostgresError where error.sqlState == Self.nameTaken {
            throw ClaimRefusal.taken
        } catch let error as PostgresError where error.sqlState == Self.numberTaken {
            throw ClaimRefusal.numberTaken
        }
    }

    static func state(of key: String, nameHash: [UInt8], at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT
            (SELECT kind FROM handles WHERE handle = \(key)),
            (SELECT category FROM reserved_handles WHERE handle = \(key)),
            EXISTS (SELECT FROM quarantined_names WHERE name_hash = \(nameHash) AND until > \(now)),
            genesis_claimed
        FROM registration_counter
        """
    }

    /// Of our own, in a class that Postgres leaves to its users: nobody else's statement fails with them.
    private static let numberTaken: SQLState = "VB001"
    private static let nameTaken: SQLState = "VB002"

    /// The counter's row is locked first, so that numbers have no gaps and nobody gets past the cap.
    private static func statement(_ claim: Claim) -> PostgresQuery {
        let session = claim.session
        let number = claim.genesisNumber.map { Int32(clamping: $0) }
        return """
            WITH counter AS (
                SELECT genesis_claimed FROM registration_counter FOR UPDATE
            ), claimed AS (
                INSERT INTO handles AS h (
                    handle, shown, kind, is_agent, agent_type, registered_at, first_active_at, genesis, genesis_number
                )
                SELECT
                    \(claim.handle.key), \(claim.handle.spelling), \(claim.kind.rawValue), \(claim.kind == .agent),
                    \(claim.agentType), \(session.createdAt), \(session.createdAt), \(number != nil), \(number)
                FROM counter
                WHERE \(number) IS NULL OR genesis_claimed + 1 = \(number)
                ON CONFLICT (handle) DO UPDATE SET
                    shown = EXCLUDED.shown, kind = EXCLUDED.kind, is_agent = EXCLUDED.is_agent,
                    agent_type = EXCLUDED.agent_type, registered_at = EXCLUDED.registered_at,
                    first_active_at = EXCLUDED.first_active_at, genesis = EXCLUDED.genesis,
                    genesis_number = EXCLUDED.genesis_number
                WHERE h.kind = 'placeholder'
                RETURNING handle
            ), counted AS (
                UPDATE registration_counter SET
                    registered = registered + 1,
                    genesis_claimed = genesis_claimed + CASE WHEN \(number) IS NULL THEN 0 ELSE 1 END
                FROM claimed
            ), profile AS (
                INSERT INTO users (username, public_key, recovery_key, created_at, updated_at)
                SELECT
                    handle, \(claim.publicKey?.text), \(claim.recoveryKey?.text), \(session.createdAt),
                    \(session.createdAt)
                FROM claimed
                ON CONFLICT (username) DO UPDATE SET
                    building = NULL, invited_by = NULL, invite_code = NULL, unverified = false,
                    public_key = EXCLUDED.public_key, recovery_key = EXCLUDED.recovery_key,
                    created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at
            ), signed_in AS (
                INSERT INTO sessions (id, handle, token_hash, client, created_at, last_used_at, expires_at)
                SELECT
                    \(session.id), handle, \(claim.tokenHash), \(session.client), \(session.createdAt),
                    \(session.lastUsedAt), \(session.expiresAt)
                FROM claimed
            ), announced AS (
                INSERT INTO identity_changes (kind, subject)
                SELECT 'person', handle FROM claimed
            )
            SELECT CASE
                WHEN EXISTS (SELECT FROM claimed) THEN 0
                WHEN (SELECT genesis_claimed + 1 FROM counter) <> \(number) THEN refuse_claim(\(numberTaken.rawValue))
                ELSE refuse_claim(\(nameTaken.rawValue))
            END
            """
    }

    func insert(
        _ session: SessionRecord,
        tokenHash: [UInt8],
        proof: Proof,
        after: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> Bool {
        do {
            _ = try await writer.write(
                [
                    ProofStatements.lock(session.handle, for: proof),
                    ProofStatements.use(of: proof, handle: session.handle, at: session.createdAt),
                    PostgresSessionStore.insertion(session, tokenHash: tokenHash),
                ] + after
            )
            return true
        } catch let error as PostgresError where error.sqlState == ProofStatements.noProof {
            return false
        }
    }

    func totals() async throws -> (registered: Int, genesis: Int) {
        let rows = try await database.read("SELECT registered, genesis_claimed FROM registration_counter")
        guard let row = rows.first else { throw RegistryIsEmpty() }
        return (Int(row.int64(0)), Int(row.int64(1)))
    }
}

/// The counter's row, which the migration makes, is gone.
struct RegistryIsEmpty: Error, CustomStringConvertible {
    var description: String { "registration_counter has no row" }
}
