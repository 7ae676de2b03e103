import Contracts
import HTTPTypes
import JSONText
import Kernel

/// `/api/mute`: whom a person does not wish to see in feeds and suggestions. The muted are not told.
struct MuteRoutes: Sendable {
    let store: any MuteStore
    let names: Names

    func register(in registrar: ModuleRegistrar) {
        let changing = RoutePolicy(.authenticated, limit: .changes, idempotency: .kept)
        registrar.get("/api/mute", RoutePolicy(.authenticated, limit: .reads)) { try await list($0) }
        registrar.post("/api/mute", changing) { try await mute($0) }
        registrar.delete("/api/mute", RoutePolicy(.authenticated, limit: .changes)) { try await unmute($0) }
    }

    private func list(_ request: APIRequest) async throws -> APIResponse {
        let page = try await store.mutes(
            of: request.caller().handle,
            before: ListPosition(request),
            limit: PageLimit.of(request)
        )
        return try await .names(page, as: "muted", names)
    }

    private func mute(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller()
        let person = try await names.somebody(request.json().string("handle"), field: "handle")
        guard person.handle != caller.handle else { throw APIError.invalid(field: "handle", "must not be your own.") }
        try await store.mute(person.handle, by: caller.handle, at: request.receivedAt, through: request.writer)
        return .json(.ok, ["success": true, "handle": .string(person.shown), "muted": true])
    }

    private func unmute(_ request: APIRequest) async throws -> APIResponse {
        let fields = try request.json()
        let name = try fields.optionalString("handle") ?? request.name("handle")
        let handle = try await names.handle(name, field: "handle")
        try await store.unmute(handle.key, by: request.caller().handle, through: request.writer)
        let shown = try await names.directory.person(handle.key)?.shown ?? handle.spelling
        return .json(.ok, ["success": true, "handle": .string(shown), "muted": false])
    }
}
