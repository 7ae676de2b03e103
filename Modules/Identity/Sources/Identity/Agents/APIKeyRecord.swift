import HTTPTypes
import JSONText
import Kernel
import Postgres

/// An API key as stored.
struct APIKeyRecord: Sendable {
    /// Public: names the key in lists. The key cannot be made from it without the secret.
    let id: String
    /// The folded handle that it acts for.
    let handle: String
    /// What its owner calls it.
    let label: String?
    /// What it may be used for.
    let scopes: Set<String>
    let createdAt: PostgresTimestamp
    var lastUsedAt: PostgresTimestamp?
    /// When it ends because another took its place; `nil` while it is in use.
    let expiresAt: PostgresTimestamp?

    func isLive(at now: PostgresTimestamp) -> Bool { expiresAt.map { $0 > now } ?? true }

    /// Live keys of one handle, at most.
    static let limit = 20
}

/// What an API key may be used for: `read` is every GET, `write` everything else; `messaging:read` is the same of one
/// module's routes alone. What concerns the account itself takes a session.
enum APIKeyScopes {
    static let all: Set<String> = ["read", "write"]

    /// Reads the member `scopes`; absent, it is everything that a key may do.
    ///
    /// - Throws: 400 with the field named.
    static func read(_ fields: BodyFields) throws(APIError) -> Set<String> {
        guard let list = fields["scopes"], !list.isNull else { return all }
        guard list.kind == .array, list.range.count <= 2_000 else { throw invalid }
        var scopes: Set<String> = []
        for element in list.elements {
            guard let scope = element.string, isScope(scope) else { throw invalid }
            scopes.insert(scope)
        }
        guard (1...20).contains(scopes.count) else { throw invalid }
        return scopes
    }

    private static func isScope(_ text: String) -> Bool {
        guard text.utf8.count <= 64 else { return false }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let right = parts.last, right == "read" || right == "write", parts.count <= 2 else { return false }
        guard parts.count == 2 else { return true }
        return !parts[0].isEmpty && parts[0].utf8.allSatisfy { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static let invalid = APIError.invalid(
        field: "scopes",
        "must be a list of 1 to 20 of: read, write, or one of them for a module, such as messaging:read."
    )
}

extension APIRequest {
    /// The caller, signed in by themselves and not by an API key: for what concerns the account itself.
    ///
    /// - Throws: 403 `session_required` for an API key.
    func owner() throws(APIError) -> Principal {
        let principal = try caller()
        guard principal.scopes == nil else {
            throw .forbidden("An API key cannot do this: sign in as the handle's owner.", code: "session_required")
        }
        return principal
    }
}
