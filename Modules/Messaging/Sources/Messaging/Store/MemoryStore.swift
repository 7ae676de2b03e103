import Kernel
import Postgres

/// What people remember about one another. An extension: only Postgres keeps it.
protocol MemoryStore: Sendable {
    /// - Returns: `false`, and nothing is stored, when the owner has ``Memory/limit`` of them about this person.
    /// - Throws: ``UnknownPerson``.
    func remember(_ memory: Memory, through writer: any RequestWriter) async throws -> Bool

    /// Memories of `owner`, newest first; one more than `limit` if there are more.
    func memories(of owner: String, about person: String?, before: ListPosition, limit: Int) async throws -> [Memory]

    /// - Returns: how many were removed.
    func forget(_ what: ForgottenMemories, of owner: String, through writer: any RequestWriter) async throws -> Int
}

/// Something that its owner wants to remember about a person.
struct Memory: Sendable {
    let id: String
    /// Folded keys.
    let owner: String
    let about: String
    let observation: String
    let createdAt: PostgresTimestamp

    /// UTF-16 units of an observation.
    static let textLimit = 2_000
    /// Memories of one person about one other.
    static let limit = 1_000
}

/// Which memories go.
enum ForgottenMemories: Sendable {
    case one(id: String)
    case all(about: String)
}

extension PostgresMessageStore: MemoryStore {
    func remember(_ memory: Memory, through writer: any RequestWriter) async throws -> Bool {
        do {
            let results = try await writer.write([
                """
                INSERT INTO memories (id, owner, about, observation, created_at)
                SELECT \(memory.id), \(memory.owner), \(memory.about), \(memory.observation), \(memory.createdAt)
                WHERE \(Memory.limit) > (
                    SELECT count(*) FROM memories WHERE owner = \(memory.owner) AND about = \(memory.about)
                )
                """
            ])
            return results[0].affected > 0
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            throw UnknownPerson()
        }
    }

    func memories(of owner: String, about person: String?, before: ListPosition, limit: Int) async throws -> [Memory] {
        try await database.read(Self.memories(of: owner, about: person, before: before, limit: limit + 1)).map { row in
            Memory(
                id: row.string(0),
                owner: row.string(1),
                about: row.string(2),
                observation: row.string(3),
                createdAt: row.timestamp(4)
            )
        }
    }

    static func memories(of owner: String, about person: String?, before: ListPosition, limit: Int) -> PostgresQuery {
        guard let person else {
            return """
                SELECT id, owner, about, observation, created_at
                FROM memories
                WHERE owner = \(owner) AND (created_at, id) < (\(before.time), \(before.name))
                ORDER BY created_at DESC, id DESC
                LIMIT \(limit)
                """
        }
        return """
            SELECT id, owner, about, observation, created_at
            FROM memories
            WHERE owner = \(owner) AND about = \(person) AND (created_at, id) < (\(before.time), \(before.name))
            ORDER BY created_at DESC, id DESC
            LIMIT \(limit)
            """
    }

    func forget(_ what: ForgottenMemories, of owner: String, through writer: any RequestWriter) async throws -> Int {
        let statement: PostgresQuery =
            switch what {
            case .one(let id): "DELETE FROM memories WHERE id = \(id) AND owner = \(owner)"
            case .all(let person): "DELETE FROM memories WHERE owner = \(owner) AND about = \(person)"
            }
        return try await writer.write([statement])[0].affected
    }
}
