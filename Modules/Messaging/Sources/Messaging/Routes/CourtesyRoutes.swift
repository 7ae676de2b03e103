import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// What existing clients call and nothing depends on (clients.md, section 6): plain answers, so that none shows an error.
/// Nothing is stored.
struct CourtesyRoutes: Sendable {
    let ids: IdentifierSource

    func register(in registrar: ModuleRegistrar) {
        let open = RoutePolicy(.open, limit: .reads)
        registrar.get("/api/version", open) { _ in .json(.ok, Self.version) }
        registrar.get("/api/echo", open) { _ in .json(.ok, Self.feedback) }
        registrar.post("/api/echo", open) { try takeFeedback($0) }
        registrar.get("/api/onboarding/checklist", open) { try Self.checklist($0) }
        registrar.post("/api/discord-bridge", open) { try Self.bridge($0) }
    }

    /// The latest client that there is: an older one tells its user, a newer one is silent.
    private static let version: JSON = [
        "version": "0.4.10", "updated": "2026-02-01", "changelog": "", "features": [], "breaking": false,
    ]

    /// No feedback is kept, so there is none to list.
    private static let feedback: JSON = [
        "success": true,
        "feedback": [],
        "count": 0,
        "stats": [
            "total": 0, "anonymous": 0, "attributed": 0, "today": 0, "contributors": 0,
            "categories": ["ideas": 0, "bugs": 0, "pains": 0, "general": 0],
        ],
        "storage": "none",
    ]

    private func takeFeedback(_ request: APIRequest) throws -> APIResponse {
        let body = try request.json()
        let content = try body.string("content", limit: 1_000).trimmingWhitespace()
        guard content.utf16.count >= 3 else { throw APIError.invalid(field: "content", "must have 3 characters.") }
        if let name = try body.optionalString("handle") { try Self.check(name) }
        let isAnonymous = try body.optionalBool("anonymous") ?? false
        return .json(
            .ok,
            [
                "success": true,
                "entry": [
                    "id": .string(ids.make("fb_", at: request.receivedAt)),
                    "timestamp": .timestamp(request.receivedAt.microseconds),
                    "anonymous": .bool(isAnonymous),
                ],
                "message": "Thank you. Feedback is not kept here; say it on the board, where people answer.",
            ]
        )
    }

    private static func check(_ name: String) throws(APIError) {
        do {
            _ = try Handle(name)
        } catch {
            throw APIError(.badRequest, code: "invalid_handle", "handle: \(error)", field: "handle")
        }
    }

    /// Whoever asks has set up a client, and nothing else is asked of them.
    private static func checklist(_ request: APIRequest) throws -> APIResponse {
        let handle = try request.query.optional("handle", "user", "username")
        return .json(
            .ok,
            [
                "success": true,
                "handle": handle.map { .string($0) } ?? .null,
                "tasks": [["id": "connect", "title": "Connect a client", "completed": true]],
                "progress": ["completed": 1, "total": 1],
            ]
        )
    }

    private static func bridge(_ request: APIRequest) throws -> APIResponse {
        _ = try request.json()
        return .json(.ok, ["success": true, "message": "There is no bridge to Discord here."])
    }
}
