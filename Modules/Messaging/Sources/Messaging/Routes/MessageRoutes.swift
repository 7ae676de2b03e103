import Kernel
import Postgres

/// What the routes of the module share.
struct MessageRoutes: Sendable {
    let store: any MessageStore & PollStore
    let extensions: any MessageExtensions
    let people: People
    let sender: MessageSender

    /// Messages a handle may send per minute (design, section 4).
    static let sendLimit = RateLimitRule(
        name: "messages",
        scope: .principal,
        setting: "messaging.messages_per_minute",
        window: 60
    )

    func register(in registrar: ModuleRegistrar) {
        let reading = RoutePolicy(.authenticated, limit: .reads)
        let changing = RoutePolicy(.authenticated, limit: .reads, idempotency: .kept)
        let sending = RoutePolicy(.authenticated, limit: Self.sendLimit, idempotency: .kept)
        registrar.get("/api/messages", reading) { try await mailbox($0) }
        registrar.post("/api/messages", sending) { try await send($0) }
        registrar.delete("/api/messages", RoutePolicy(.open)) { _ in throw Self.cannotDelete }
        registrar.get("/api/messages/inbox", reading) { try await threads($0) }
        registrar.get("/api/messages/thread", reading) { try await shortThread($0) }
        registrar.post("/api/messages/send", sending) { try await shortSend($0) }
        registrar.get("/api/messages/{id}", reading) { try await one($0) }
        registrar.patch("/api/messages/{id}", reading) { try await change($0) }
        registrar.delete("/api/messages/{id}", reading) { try await delete($0) }
        registrar.get("/api/messages/{id}/edits", reading) { try await edits($0) }
        registrar.get("/api/messages/{id}/reactions", reading) { try await reactions($0) }
        registrar.post("/api/messages/{id}/reactions", changing) { try await react($0) }
        registrar.delete("/api/messages/{id}/reactions", reading) { try await unreact($0) }
        registrar.post("/api/messages/mute", changing) { try await mute($0) }
        registrar.get("/api/messages/search", RoutePolicy(.authenticated, limit: Self.searchLimit)) {
            try await search($0)
        }
    }

    /// The original wiped whole inboxes for anybody who asked.
    private static let cannotDelete = APIError.forbidden(
        "Messages are deleted one by one: DELETE /api/messages/{id}.",
        code: "not_allowed"
    )
}

extension MessageRoutes {
    /// Messages in one answer unless `limit` asks for less or more (design, section 4).
    static let pageLimits = 1...200
    static let defaultPage = 100

    static func limit(_ request: APIRequest, default fallback: Int = defaultPage) throws(APIError) -> Int {
        try request.query.int("limit", default: fallback, in: pageLimits)
    }

    /// Where a list sorted by time and name goes on.
    static func position(_ request: APIRequest) throws(APIError) -> ListPosition? {
        guard let text = try request.query.optional("cursor") else { return nil }
        let cursor = try Cursor(text, count: 2)
        return ListPosition(time: try cursor.time(0), name: cursor.parts[1])
    }
}

extension Cursor {
    /// The part as a time in microseconds since the Unix epoch, one that Postgres can hold.
    func time(_ index: Int) throws(APIError) -> PostgresTimestamp {
        let microseconds = try int(index)
        guard (-62_167_219_200_000_000...253_402_300_799_999_999).contains(microseconds) else {
            throw APIError.invalid(field: "cursor", "is not one that this service gave out.")
        }
        return PostgresTimestamp(microseconds: microseconds)
    }

    init(_ position: ListPosition) {
        self.init([String(position.time.microseconds), position.name])
    }
}
