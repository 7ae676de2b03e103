import Contracts
import HTTPTypes
import JSONText
import Kernel

/// The members of a presence write that a heartbeat has no use for. They are checked on every route that documents
/// them, so that a client's mistake shows at once, and not when it registers.
enum PresenceMembers {
    /// - Throws: 400 with the field named.
    static func check(_ fields: BodyFields) throws(APIError) {
        if let action = try fields.optionalString("action", limit: 32) {
            guard actions.contains(action) else {
                throw .invalid(field: "action", "must be \(actions.joined(separator: ", ")).")
            }
        }
        _ = try fields.firstText(of: "username", "handle", limit: 256)
        _ = try fields.firstText(of: "publicKey", "public_key", "recoveryKey", "recovery_key", limit: 200)
        _ = try fields.firstBool(of: "isAgent", "is_agent")
        _ = try fields.optionalString("agentType", limit: 32)
        // What clients call their status: it follows from the time of their last heartbeat.
        _ = try fields.optionalString("status", limit: 64)
        try SignedMembers.check(fields)
        if let recipient = try fields.firstText(of: "typingTo", limit: 64) {
            _ = try Handle(field: "typingTo", recipient)
        }
    }

    private static let actions = ["check", "register", "heartbeat", "typing"]

    /// The ways in which a program can be reached.
    ///
    /// - Throws: 400 when `reach_via` is not a short array of short strings.
    static func reachVia(_ fields: BodyFields) throws(APIError) -> [String] {
        guard let list = fields["reach_via"], !list.isNull else { return [] }
        guard list.kind == .array, list.range.count <= 1_000 else { throw badWays }
        var ways: [String] = []
        for element in list.elements {
            guard let way = element.string, way.utf16.count <= 32, !way.utf8.contains(0) else { throw badWays }
            ways.append(way)
        }
        return ways
    }

    private static let badWays = APIError.invalid(field: "reach_via", "must be a short array of strings.")
}
