import Contracts
import JSONText
import Postgres

/// All that is public of a handle, and what only its owner reads of it.
struct Profile: Sendable {
    let handle: String
    let shown: String
    let kind: Person.Kind
    let registeredAt: PostgresTimestamp
    let genesisNumber: Int?
    let verified: String
    let operatedBy: String?
    let agentType: String?
    let model: String?
    let status: String
    /// What the person said of themselves; `nil` if they never said anything.
    let user: User?

    struct User: Sendable {
        let building: String?
        let invitedBy: String?
        let inviteCode: String?
        let publicKey: String?
        let recoveryKey: String?
        let registry: String
        let keyRotatedAt: PostgresTimestamp?
        let timeZone: String
        /// Whether it was written without a token.
        let isUnverified: Bool
        let createdAt: PostgresTimestamp
        let updatedAt: PostgresTimestamp
    }

    /// What stands for a person who never said what they build (original-api.md, 1.5).
    static let defaultBuilding = "something cool"
    static let defaultRegistry = "https://slashvibe.dev"

    var isAgent: Bool { kind == .agent || kind == .system }
}

extension Profile {
    /// The user of `/api/users` (original-api.md, 1.5).
    func writeUser(to json: inout JSONWriter, forOwner: Bool) {
        json.beginObject()
        json.key("username")
        json.string(shown)
        json.key("handle")
        json.string(shown)
        json.key("building")
        json.string(user?.building ?? Self.defaultBuilding)
        json.key("createdAt")
        json.timestamp(microsecondsSinceEpoch: (user?.createdAt ?? registeredAt).microseconds)
        json.key("updatedAt")
        json.timestamp(microsecondsSinceEpoch: (user?.updatedAt ?? registeredAt).microseconds)
        json.key("invitedBy")
        json.optional(user?.invitedBy)
        json.key("inviteCode")
        json.optional(forOwner ? user?.inviteCode : nil)
        writeKeys(to: &json)
        json.key("timeZone")
        json.string(user?.timeZone ?? "UTC")
        json.key("unverified")
        json.bool(user?.isUnverified ?? false)
        writeStanding(to: &json)
        json.endObject()
    }

    /// The members of `GET /api/identity/{handle}`.
    func writeIdentity(to json: inout JSONWriter) {
        for key in ["handle", "name", "username"] {
            json.key(escaping: key)
            json.string(shown)
        }
        json.key("kind")
        json.string(kind.rawValue)
        writeKeys(to: &json)
        json.key("building")
        json.string(user?.building ?? Self.defaultBuilding)
        for key in ["createdAt", "created_at"] {
            json.key(escaping: key)
            json.timestamp(microsecondsSinceEpoch: registeredAt.microseconds)
        }
        writeStanding(to: &json)
    }

    /// Keys are public; which of the two spellings of the name a client reads depends on its age.
    private func writeKeys(to json: inout JSONWriter) {
        for key in ["publicKey", "public_key"] {
            json.key(escaping: key)
            json.optional(user?.publicKey)
        }
        for key in ["recoveryKey", "recovery_key"] {
            json.key(escaping: key)
            json.optional(user?.recoveryKey)
        }
        json.key("registry")
        json.string(user?.registry ?? Self.defaultRegistry)
        json.key("keyRotatedAt")
        json.optional(user?.keyRotatedAt)
    }

    private func writeStanding(to json: inout JSONWriter) {
        json.key("status")
        json.string(status)
        json.key("isAgent")
        json.bool(isAgent)
        json.key("operator")
        json.optional(operatedBy)
        json.key("agentType")
        json.optional(agentType)
        json.key("model")
        json.optional(model)
        json.key("genesis")
        json.bool(genesisNumber != nil)
        json.key("genesisNumber")
        if let genesisNumber {
            json.int(genesisNumber)
        } else {
            json.null()
        }
        json.key("verified")
        json.string(verified)
    }
}
