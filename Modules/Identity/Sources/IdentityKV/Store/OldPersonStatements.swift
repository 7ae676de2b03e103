import Cutover
import Postgres

/// The rows of people of the old store.
///
/// A handle that somebody has claimed here stays as it is: only empty fields of its profile are filled, never a key. A
/// placeholder or a handle carried over gets what the old store says, the earliest and the latest of times.
enum OldPersonStatements {
    private static let unknown = PeopleStatements.unknownTime

    private static func time(_ microseconds: Int64?) -> PostgresTimestamp? {
        microseconds.map { PostgresTimestamp(microseconds: $0) }
    }

    /// Answers with a row for each that was written: whether it is new.
    static func handles(_ people: [OldPerson]) -> PostgresQuery {
        """
        INSERT INTO handles AS h (
            handle, shown, kind, is_agent, carried_over, irregular, registered_at, first_active_at, last_active_at,
            messages_sent, genesis, verified, x_handle, github_handle, operator, agent_type, capabilities, model, status,
            metadata
        )
        SELECT
            handle, shown, kind, is_agent, kind <> 'system', irregular, since, first_active, last_active, sent, genesis,
            verified, x_handle, github_handle, operator, agent_type,
            string_to_array(capabilities, E'\\n'), model, status, metadata::json
        FROM unnest(
            \(people.map(\.name.key)), \(people.map(\.name.spelling)),
            \(people.map { $0.isSystem ? "system" : $0.isAgent ? "agent" : "human" }), \(people.map(\.isAgent)),
            \(people.map(\.name.isIrregular)), \(people.map { time($0.since) ?? unknown }),
            \(people.map { time($0.firstActive) }), \(people.map { time($0.lastActive) }),
            \(people.map { Int32(clamping: $0.messagesSent) }), \(people.map(\.isGenesis)), \(people.map(\.verified)),
            \(people.map(\.xHandle)), \(people.map(\.githubHandle)), \(people.map(\.operatorName)),
            \(people.map(\.agentType)), \(people.map { $0.capabilities?.joined(separator: "\n") }),
            \(people.map(\.model)), \(people.map { $0.isSuspended ? "suspended" : "active" }), \(people.map(\.metadata))
        ) AS old (
            handle, shown, kind, is_agent, irregular, since, first_active, last_active, sent, genesis, verified, x_handle,
            github_handle, operator, agent_type, capabilities, model, status, metadata
        )
        ORDER BY handle
        ON CONFLICT (handle) DO UPDATE SET
            shown = LEAST(h.shown COLLATE "C", EXCLUDED.shown),
            kind = EXCLUDED.kind,
            is_agent = EXCLUDED.is_agent,
            carried_over = EXCLUDED.carried_over,
            registered_at = COALESCE(
                LEAST(NULLIF(h.registered_at, \(unknown)), NULLIF(EXCLUDED.registered_at, \(unknown))), \(unknown)
            ),
            first_active_at = LEAST(h.first_active_at, EXCLUDED.first_active_at),
            last_active_at = GREATEST(h.last_active_at, EXCLUDED.last_active_at),
            messages_sent = GREATEST(h.messages_sent, EXCLUDED.messages_sent),
            genesis = h.genesis OR EXCLUDED.genesis,
            verified = CASE WHEN EXCLUDED.verified = 'none' THEN h.verified ELSE EXCLUDED.verified END,
            x_handle = COALESCE(EXCLUDED.x_handle, h.x_handle),
            github_handle = COALESCE(EXCLUDED.github_handle, h.github_handle),
            operator = COALESCE(EXCLUDED.operator, h.operator),
            agent_type = COALESCE(EXCLUDED.agent_type, h.agent_type),
            capabilities = COALESCE(EXCLUDED.capabilities, h.capabilities),
            model = COALESCE(EXCLUDED.model, h.model),
            status = CASE WHEN h.status = 'active' THEN EXCLUDED.status ELSE h.status END,
            metadata = COALESCE(EXCLUDED.metadata, h.metadata)
        WHERE (h.carried_over OR h.kind = 'placeholder') AND (
            (h.shown COLLATE "C" > EXCLUDED.shown)
            OR (h.kind, h.carried_over) IS DISTINCT FROM (EXCLUDED.kind, EXCLUDED.carried_over)
            OR (EXCLUDED.registered_at <> \(unknown)
                AND (h.registered_at = \(unknown) OR EXCLUDED.registered_at < h.registered_at))
            OR EXCLUDED.last_active_at > COALESCE(h.last_active_at, '-infinity')
            OR EXCLUDED.first_active_at < COALESCE(h.first_active_at, 'infinity')
            OR EXCLUDED.messages_sent > h.messages_sent
            OR (EXCLUDED.genesis AND NOT h.genesis)
            OR (EXCLUDED.verified <> 'none' AND EXCLUDED.verified <> h.verified)
            OR EXCLUDED.x_handle <> COALESCE(h.x_handle, '')
            OR EXCLUDED.github_handle <> COALESCE(h.github_handle, '')
            OR EXCLUDED.operator <> COALESCE(h.operator, '')
            OR EXCLUDED.agent_type <> COALESCE(h.agent_type, '')
            OR EXCLUDED.capabilities <> COALESCE(h.capabilities, '{}')
            OR EXCLUDED.model <> COALESCE(h.model, '')
            OR (h.status = 'active' AND EXCLUDED.status <> 'active')
            OR EXCLUDED.metadata::text <> COALESCE(h.metadata::text, '')
        )
        RETURNING xmax = 0
        """
    }

    /// Keys of the old store prove nothing: they are kept with handles that nobody has claimed, which Identity does not
    /// believe.
    static func users(_ people: [OldPerson]) -> PostgresQuery {
        let rows = people.compactMap { person in person.profile.map { (person, $0) } }
        return """
            INSERT INTO users AS u (
                username, building, invited_by, invite_code, public_key, recovery_key, created_at, updated_at
            )
            SELECT
                h.handle, old.building, old.invited_by, old.invite_code,
                CASE WHEN h.carried_over THEN old.public_key END, CASE WHEN h.carried_over THEN old.recovery_key END,
                old.created_at, old.updated_at
            FROM unnest(
                \(rows.map(\.0.name.key)), \(rows.map(\.1.building)), \(rows.map { $0.1.invitedBy?.key }),
                \(rows.map(\.1.inviteCode)), \(rows.map(\.1.publicKey)), \(rows.map(\.1.recoveryKey)),
                \(rows.map { time($0.1.createdAt ?? $0.0.since) ?? unknown }),
                \(rows.map { time($0.1.updatedAt ?? $0.0.since) ?? unknown })
            ) AS old (handle, building, invited_by, invite_code, public_key, recovery_key, created_at, updated_at)
            JOIN handles AS h ON h.handle = old.handle
            ORDER BY h.handle
            ON CONFLICT (username) DO UPDATE SET
                building = COALESCE(u.building, EXCLUDED.building),
                invited_by = COALESCE(u.invited_by, EXCLUDED.invited_by),
                invite_code = COALESCE(u.invite_code, EXCLUDED.invite_code),
                public_key = COALESCE(u.public_key, EXCLUDED.public_key),
                recovery_key = COALESCE(u.recovery_key, EXCLUDED.recovery_key),
                created_at = LEAST(u.created_at, EXCLUDED.created_at),
                updated_at = GREATEST(u.updated_at, EXCLUDED.updated_at)
            WHERE (u.building IS NULL AND EXCLUDED.building IS NOT NULL)
                OR (u.invited_by IS NULL AND EXCLUDED.invited_by IS NOT NULL)
                OR (u.invite_code IS NULL AND EXCLUDED.invite_code IS NOT NULL)
                OR (u.public_key IS NULL AND EXCLUDED.public_key IS NOT NULL)
                OR (u.recovery_key IS NULL AND EXCLUDED.recovery_key IS NOT NULL)
                OR EXCLUDED.created_at < u.created_at OR EXCLUDED.updated_at > u.updated_at
            """
    }

    static func agents(_ people: [OldPerson]) -> PostgresQuery {
        let rows = people.compactMap { person in person.agent.map { (person, $0) } }
        return """
            INSERT INTO agents (
                handle, display_name, one_liner, operator, model, api_key_hash, created_at, updated_at
            )
            SELECT handle, display_name, one_liner, operator, model, api_key_hash, created_at, created_at
            FROM unnest(
                \(rows.map(\.0.name.key)), \(rows.map(\.1.displayName)), \(rows.map(\.1.oneLiner)),
                \(rows.map(\.1.operatorName)), \(rows.map(\.1.model)), \(rows.map(\.1.keyHash)),
                \(rows.map { time($0.1.createdAt ?? $0.0.since) ?? unknown })
            ) AS old (handle, display_name, one_liner, operator, model, api_key_hash, created_at)
            ORDER BY handle
            ON CONFLICT (handle) DO NOTHING
            """
    }

    static func presence(_ people: [OldPerson]) -> PostgresQuery {
        let rows = people.filter { $0.lastSeen != nil }
        return """
            INSERT INTO presence AS p (username, working_on, first_seen, last_seen, created_at, updated_at)
            SELECT handle, working_on, first_seen, last_seen, COALESCE(first_seen, last_seen), last_seen
            FROM unnest(
                \(rows.map(\.name.key)), \(rows.map(\.workingOn)), \(rows.map { time($0.firstActive) }),
                \(rows.map { time($0.lastSeen) })
            ) AS old (handle, working_on, first_seen, last_seen)
            ORDER BY handle
            ON CONFLICT (username) DO UPDATE SET
                working_on = COALESCE(p.working_on, EXCLUDED.working_on),
                first_seen = LEAST(p.first_seen, EXCLUDED.first_seen),
                last_seen = GREATEST(p.last_seen, EXCLUDED.last_seen)
            WHERE (p.working_on IS NULL AND EXCLUDED.working_on IS NOT NULL)
                OR EXCLUDED.first_seen < COALESCE(p.first_seen, 'infinity') OR EXCLUDED.last_seen > p.last_seen
            """
    }

    /// Founders' numbers in the order of registration, after those already given; then the totals. The counter's row is
    /// locked first, as every claim does.
    static let numbers: [PostgresQuery] = [
        "SELECT FROM registration_counter FOR UPDATE",
        """
        UPDATE handles AS h SET genesis_number = numbered.number
        FROM (
            SELECT
                handle,
                (SELECT COALESCE(max(genesis_number), 0) FROM handles)
                    + row_number() OVER (ORDER BY registered_at, handle COLLATE "C") AS number
            FROM handles
            WHERE genesis AND genesis_number IS NULL
        ) AS numbered
        WHERE h.handle = numbered.handle
        """,
        """
        UPDATE registration_counter SET
            registered = (SELECT count(*) FROM handles WHERE kind IN ('human', 'agent')),
            genesis_claimed = GREATEST(genesis_claimed, (SELECT COALESCE(max(genesis_number), 0) FROM handles))
        """,
    ]
}
