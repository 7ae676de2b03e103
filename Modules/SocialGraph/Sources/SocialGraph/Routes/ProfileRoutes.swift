import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/profile` and `/api/profiles/{handle}`: what people show of themselves, and the change of one's own.
struct ProfileRoutes: Sendable {
    let store: any ProfileStore
    let visibility: PeopleVisibility
    let names: Names
    let unseen: Unseen
    let page: ProfilePage
    let events: EventPublisher

    private static let members = ["bio", "avatar", "links", "interests", "visibility", "invisible"]

    func register(in registrar: ModuleRegistrar) {
        let reading = RoutePolicy(.recognised, limit: .reads)
        registrar.get("/api/profile", reading) { request in
            try await profile(request, request.name("user", or: "username", "handle"), field: "user")
        }
        registrar.get("/api/profiles/{handle}", reading) { request in
            try await profile(request, request.parameter("handle"), field: "handle")
        }
        registrar.patch("/api/profile", RoutePolicy(.authenticated, limit: .changes)) { try await change($0) }
    }

    private func profile(_ request: APIRequest, _ name: String, field: String) async throws -> APIResponse {
        let person = try await names.somebody(name, field: field)
        let viewer = request.principal?.handle
        // To those who blocked each other, nobody of that name is here.
        let nobody = APIError.notFound("There is nobody called @\(person.shown).")
        guard try await !unseen.blocked(from: viewer).contains(person.handle) else { throw nobody }
        let own = try await store.profiles(of: [person.handle])[person.handle] ?? OwnProfile()
        guard own.visibility.allows(viewer, owner: person.handle) else {
            guard own.visibility == .members else { throw nobody }
            throw APIError.unauthenticated(
                "Authentication required: @\(person.shown) shows this profile to members only. Sign in to see it."
            )
        }
        return try await answer(person.handle, own, for: viewer) ?? { throw nobody }()
    }

    private func change(_ request: APIRequest) async throws -> APIResponse {
        let handle = try request.caller().handle
        let fields = try request.json()
        let members = Self.members.filter { fields[$0] != nil }
        let change = try ProfileChange(fields).applied(to: OwnProfile())
        guard !members.isEmpty else {
            throw APIError(
                .badRequest,
                code: "missing_field",
                "Send at least one of \(Self.members.joined(separator: ", "))."
            )
        }
        let own = try await store.write(
            change,
            members: members.filter { !Self.keepsOnNull.contains($0) || fields[$0]?.isNull == false },
            of: handle,
            at: request.receivedAt,
            events: events.statements(for: ProfileChanged(handle: handle)),
            writer: request.writer
        )
        visibility.forget(handle)
        guard let answer = try await answer(handle, own, for: handle) else { throw APIError.unauthenticated() }
        return answer
    }

    /// Members for which nothing is no value: `null` says no more than absence.
    private static let keepsOnNull: Set<String> = ["visibility", "invisible"]

    private func answer(_ handle: String, _ own: OwnProfile, for viewer: String?) async throws -> APIResponse? {
        guard let members = try await page.members(of: handle, own, for: viewer) else { return nil }
        return .json(.ok, ["success": true, "profile": .object(members)])
    }
}
