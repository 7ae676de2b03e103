import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// What people remember about one another, for their own eyes.
struct MemoryRoutes: Sendable {
    let store: any MemoryStore
    let people: People
    let ids: IdentifierSource

    func register(in registrar: ModuleRegistrar) {
        let reading = RoutePolicy(.authenticated, limit: .reads)
        let writing = RoutePolicy(.authenticated, limit: .reads, idempotency: .kept)
        registrar.get("/api/memories", reading) { try await list($0) }
        registrar.post("/api/memories", writing) { try await remember($0) }
        registrar.delete("/api/memories", reading) { try await forgetPerson($0) }
        registrar.delete("/api/memories/{id}", reading) { try await forgetOne($0) }
    }

    private func remember(_ request: APIRequest) async throws -> APIResponse {
        let owner = try request.caller()
        let body = try request.json()
        if let name = try body.optionalString("owner") {
            _ = try await people.reader(request, named: name, field: "owner")
        }
        let observation = try body.string("observation", limit: Memory.textLimit).trimmingWhitespace()
        guard !observation.isEmpty else { throw APIError.missing(field: "observation") }
        let handle = try await people.handle(body.string("about"), field: "about")
        let about = try await people.personOrPlaceholder(handle, madeBy: owner.person, field: "about")
        let memory = Memory(
            id: ids.make("mem_", at: request.receivedAt),
            owner: owner.handle,
            about: about.handle,
            observation: observation,
            createdAt: request.receivedAt
        )
        do {
            guard try await store.remember(memory, through: request.writer) else { throw Self.tooMany }
        } catch let error as UnknownPerson {
            throw APIError.unavailable(cause: error)
        }
        return .json(.created, ["success": true, "memory": Self.json(memory, owner: owner.person, about: about)])
    }

    private func list(_ request: APIRequest) async throws -> APIResponse {
        let owner = try request.caller()
        if let name = try request.query.optional("owner", "user", "handle") {
            _ = try await people.reader(request, named: name, field: "owner")
        }
        let about: Handle? =
            if let name = try request.query.optional("about") {
                try await people.handle(name, field: "about")
            } else { nil }
        let limit = try MessageRoutes.limit(request)
        let found = try await store.memories(
            of: owner.handle,
            about: about?.key,
            before: try MessageRoutes.position(request) ?? .start,
            limit: limit
        )
        let page = found.prefix(limit)
        let known = try await people.directory.people(Set(page.map(\.about)))
        let memories = page.map { memory in
            let handle = memory.about
            let person = known[handle] ?? Person(handle: handle, shown: handle, kind: .placeholder)
            return Self.json(memory, owner: owner.person, about: person)
        }
        let next = found.count > limit ? page.last : nil
        return .json(
            .ok,
            [
                "success": true,
                "memories": .array(memories),
                "count": .int(memories.count),
                "next": next.map { .string(Cursor(ListPosition(time: $0.createdAt, name: $0.id)).text) } ?? .null,
            ]
        )
    }

    private func forgetPerson(_ request: APIRequest) async throws -> APIResponse {
        guard let name = try request.query.optional("about") else { throw APIError.missing(field: "about") }
        return try await forget(.all(about: try await people.handle(name, field: "about").key), request)
    }

    private func forgetOne(_ request: APIRequest) async throws -> APIResponse {
        try await forget(.one(id: try request.parameter("id")), request)
    }

    /// The same again finds nothing left, and is no error.
    private func forget(_ what: ForgottenMemories, _ request: APIRequest) async throws -> APIResponse {
        let owner = try request.caller()
        let count = try await store.forget(what, of: owner.handle, through: request.writer)
        return .json(.ok, ["success": true, "deleted": .int(count)])
    }

    private static func json(_ memory: Memory, owner: Person, about: Person) -> JSON {
        [
            "id": .string(memory.id),
            "owner": .string(owner.shown),
            "about": .string(about.shown),
            "observation": .string(memory.observation),
            "created_at": .timestamp(memory.createdAt.microseconds),
        ]
    }

    private static let tooMany = APIError(
        .unprocessableContent,
        code: "too_many_memories",
        "You have \(Memory.limit) memories about this person. Forget some first.",
        field: "about"
    )
}
