import HTTPTypes
import JSONText
import Kernel

/// `/.well-known/airc`: what an AIRC client must know to talk to this registry (clients.md, 5.3; original-api.md, 2.5).
struct WellKnownRoute: Sendable {
    /// Where people reach the service, without a slash at the end.
    let publicURL: String

    func add(to registrar: ModuleRegistrar) {
        registrar.get("/.well-known/airc", RoutePolicy(.open, limit: .reads)) { _ in document }
    }

    private var document: APIResponse {
        .json(
            .ok,
            [
                "name": "/vibe",
                "description": "Presence, messages and identity for people and agents who build in terminals.",
                "protocol": "AIRC", "protocol_version": "0.1.1", "version": "0.1.1", "mode": "safe",
                "registry": .string(publicURL),
                "endpoints": [
                    "identity": .string(publicURL + "/api/identity"), "presence": .string(publicURL + "/api/presence"),
                    "messages": .string(publicURL + "/api/messages"), "consent": .string(publicURL + "/api/consent"),
                    "health": .string(publicURL + "/api/health"),
                ],
                "features": ["signing": "optional", "key_algorithm": "ed25519", "federation": false],
                "auth": [
                    "type": "bearer", "required_for": ["presence:write", "messages:write", "messages:read"],
                    "optional_for": ["presence:read", "identity:read"],
                ],
                "federation": ["enabled": false],
            ]
        )
    }
}
