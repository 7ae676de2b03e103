import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/account`: everything that is held about oneself, to take along or to have removed.
struct AccountRoutes: Sendable {
    let services: KernelServices
    let erasure: AccountErasure
    let people: PeopleCache
    let board: PresenceBoard
    let audit: AuditTrail

    func add(to registrar: ModuleRegistrar) {
        registrar.get("/api/account/export", RoutePolicy(.authenticated, limit: KeyLimits.exports), export)
        registrar.delete("/api/account", RoutePolicy(.authenticated, limit: .reads), erase)
    }

    private func export(_ request: APIRequest) async throws -> APIResponse {
        let principal = try request.owner()
        let data = try await services.people.export(principal.handle)
        if !request.isHead {
            _ = try await request.write([audit.record(.accountExported, of: principal.handle, in: request)])
        }
        var answer = APIResponse.json(
            .ok,
            [
                "success": true, "handle": .string(principal.person.shown),
                "exportedAt": .timestamp(request.receivedAt.microseconds), "data": data,
            ]
        )
        answer.headers[.cacheControl] = "no-store"
        answer.headers[.contentDisposition] = "attachment; filename=\"vibe-\(principal.handle).json\""
        return answer
    }

    /// The confirmation is the handle, typed out: what is removed does not come back.
    private func erase(_ request: APIRequest) async throws -> APIResponse {
        let principal = try request.owner()
        let confirmation = try request.json().string("confirm", limit: 64)
        guard (try? Handle(confirmation))?.key == principal.handle else {
            throw APIError.invalid(field: "confirm", "must be your handle, @\(principal.person.shown).")
        }
        try await erasure.erase(
            principal.handle,
            record: audit.record(.accountErased, of: principal.handle, in: request)
        )
        // Other instances hear of it through the change feed.
        people.forget(principal.handle)
        board.forget(principal.handle)
        return .json(
            .ok,
            [
                "success": true, "erased": true,
                "message": "Everything that was held about you is gone. Nobody can have the name for 90 days.",
            ]
        )
    }
}
