import Kernel
import Postgres

/// What people and programs show to be let in: tokens of sessions and API keys.
struct Credentials: Authenticator {
    let tokens: TokenAuthenticator
    let apiKeys: APIKeyAuthenticator

    func authenticate(_ token: String) async throws -> Principal? {
        token.hasPrefix(APIKeySigner.prefix)
            ? try await apiKeys.authenticate(token) : try await tokens.authenticate(token)
    }

    /// Forgets a session or API key that was revoked or changed, by its id.
    func forget(_ id: String) {
        APIKeySigner.isID(id) ? apiKeys.forget(id: id) : tokens.forget(sessionID: id)
    }

    func forget(_ ended: EndedCredentials) {
        for id in ended.sessions + ended.apiKeys { forget(id) }
    }

    func forgetAll() {
        tokens.forgetAll()
        apiKeys.forgetAll()
    }

    func writeTouches() async throws {
        try await tokens.writeTouches()
        try await apiKeys.writeTouches()
    }
}
