import Contracts
import Postgres

/// Agents.
protocol AgentStore: Sendable {
    /// Agents that may act, newest first.
    ///
    /// - Parameter after: the registration and the handle of the last one given before.
    func agents(after: (PostgresTimestamp, String)?, limit: Int) async throws -> [AgentRecord]

    /// `nil` for whoever is no agent.
    func agent(_ handle: String) async throws -> AgentRecord?
}

/// What everybody may know of an agent.
struct AgentRecord: Sendable {
    let handle: String
    let shown: String
    let displayName: String?
    let oneLiner: String?
    let operatedBy: String?
    let model: String?
    let agentType: String?
    let capabilities: [String]
    let verified: String
    let registeredAt: PostgresTimestamp
}

/// What an agent says of itself when it registers as one.
struct AgentDescription: Sendable {
    let displayName: String
    let oneLiner: String
    let operatedBy: String
    let model: String
}

struct PostgresAgentStore: AgentStore {
    let database: PostgresClient

    func agents(after: (PostgresTimestamp, String)?, limit: Int) async throws -> [AgentRecord] {
        try await database.read(Self.agents(after: after, limit: limit)).map(Self.agent)
    }

    func agent(_ handle: String) async throws -> AgentRecord? {
        try await database.read(
            """
            SELECT \(unescaped: Self.columns)
            FROM handles AS h
            LEFT JOIN agents AS a ON a.handle = h.handle
            LEFT JOIN users AS u ON u.username = h.handle
            WHERE h.handle = \(handle) AND h.is_agent AND h.kind IN ('agent', 'system') AND h.status = 'active'
            """
        ).first.map(Self.agent)
    }

    // MARK: Statements

    static func agents(after: (PostgresTimestamp, String)?, limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: columns)
        FROM handles AS h
        LEFT JOIN agents AS a ON a.handle = h.handle
        LEFT JOIN users AS u ON u.username = h.handle
        WHERE h.is_agent AND h.kind IN ('agent', 'system') AND h.status = 'active'
            AND (h.registered_at, h.handle) < (\(after?.0 ?? .infinity), \(after?.1 ?? ""))
        ORDER BY h.registered_at DESC, h.handle DESC
        LIMIT \(limit)
        """
    }

    /// What is stored of an agent beside its claim.
    static func insertions(_ agent: AgentDescription, handle: String, at now: PostgresTimestamp) -> [PostgresQuery] {
        [
            """
            INSERT INTO agents (handle, display_name, one_liner, operator, model, created_at, updated_at)
            VALUES (
                \(handle), \(agent.displayName), \(agent.oneLiner), \(agent.operatedBy), \(agent.model), \(now),
                \(now)
            )
            """,
            "UPDATE handles SET operator = \(agent.operatedBy), model = \(agent.model) WHERE handle = \(handle)",
            "UPDATE users SET building = \(agent.oneLiner) WHERE username = \(handle)",
        ]
    }

    private static let columns = """
        h.handle, h.shown, a.display_name, coalesce(u.building, a.one_liner), h.operator, h.model, h.agent_type, \
        h.capabilities, h.verified, h.registered_at
        """

    private static func agent(_ row: PostgresRow) throws -> AgentRecord {
        func text(_ column: Int) -> String? {
            row.isNull(column) ? nil : row.string(column)
        }
        return AgentRecord(
            handle: row.string(0),
            shown: row.string(1),
            displayName: text(2),
            oneLiner: text(3),
            operatedBy: text(4),
            model: text(5),
            agentType: text(6),
            capabilities: row.isNull(7) ? [] : try row.decode([String].self, 7),
            verified: row.string(8),
            registeredAt: row.timestamp(9)
        )
    }
}
