import Contracts
import JSONText
import Kernel

extension MessageRoutes {
    /// Searches a handle may make per minute: each may look at all its messages.
    static let searchLimit = RateLimitRule(
        name: "searches",
        scope: .principal,
        setting: "messaging.searches_per_minute",
        window: 60
    )

    /// Messages in one answer unless `limit` asks otherwise.
    private static let defaultFound = 50

    /// `GET /api/messages/search?q=…`: the caller's own messages in which all words occur, newest first.
    func search(_ request: APIRequest) async throws -> APIResponse {
        let reader = try request.caller()
        if let name = try request.query.optional("user", "handle", "username") {
            _ = try await people.reader(request, named: name, field: "user")
        }
        guard let text = try request.query.optional("q") else { throw APIError.missing(field: "q") }
        guard text.utf16.count <= MessageSearch.textLimit else {
            throw APIError.tooLong(field: "q", limit: MessageSearch.textLimit)
        }
        let peer: Handle? =
            if let name = try request.query.optional("with", "them") {
                try await people.handle(name, field: "with")
            } else { nil }
        let found = try await extensions.search(
            MessageSearch(
                text: text,
                owner: reader.handle,
                peer: peer?.key,
                hiding: try await people.hidden(from: reader.handle),
                before: try Self.position(request) ?? .start,
                limit: try Self.limit(request, default: Self.defaultFound)
            )
        )
        let others = found.messages.map { $0.other(than: reader.handle) }
        let peers = try await PeerTexts(owner: reader.person, peers: Set(others), directory: people.directory)
        let writer = MessageWriter(shape: .listed, now: request.receivedAt)
        return .json(reserve: 512 + found.messages.count * 960) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("messages")
            json.beginArray()
            for (message, other) in zip(found.messages, others) {
                let isSent = message.side(of: reader.handle) == .sender
                writer.write(message, peers[other], isSent: isSent, to: &json)
            }
            json.endArray()
            json.key("count")
            json.int(found.messages.count)
            json.key("next")
            if let next = found.next { json.string(Cursor(next).text) } else { json.null() }
            json.endObject()
        }
    }
}
