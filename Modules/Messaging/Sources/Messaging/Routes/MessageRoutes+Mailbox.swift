import JSONText
import Kernel
import Postgres

extension MessageRoutes {
    /// `GET /api/messages?user=X`: with `with=Y` a thread, with `sent=true` what X sent, otherwise the inbox.
    func mailbox(_ request: APIRequest) async throws -> APIResponse {
        let name = try request.query.optional("user", "handle", "username")
        let reader = try await people.reader(request, named: name, field: "user")
        if let other = try request.query.optional("with", "them") {
            return try await thread(request, reader, with: other)
        }
        if request.query.flag("sent") { return try await sent(request, reader) }
        return try await inbox(request, reader)
    }

    /// What the reader has sent, newest first, and whether it was read.
    private func sent(_ request: APIRequest, _ reader: Principal) async throws -> APIResponse {
        let list = try await store.sent(
            by: reader.handle,
            before: try Self.position(request) ?? .start,
            limit: try Self.limit(request)
        )
        let keys = (0..<list.count).map { list[$0].to }
        let peers = try await PeerTexts(owner: reader.person, peers: Set(keys), directory: people.directory)
        let writer = MessageWriter(shape: .listed, now: request.receivedAt)
        return .json(reserve: 1_024 + list.size) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("sent")
            json.beginArray()
            for index in 0..<list.count {
                let message = list[index]
                writer.write(message, peers[keys[index]], isSent: true, to: &json) { json in
                    json.key("readStatus")
                    json.string(Self.readStatus(message, now: request.receivedAt))
                }
            }
            json.endArray()
            json.key("total")
            json.int(list.count)
            writeNext(of: list, to: &json)
            json.members(#""storage":"postgres""#)
            json.endObject()
        }
    }

    private static func readStatus(_ message: MessageRow, now: PostgresTimestamp) -> String {
        guard message.isRead else { return "Delivered" }
        return message.readAt.map { "Read " + TimeAgo.text($0, now: now) } ?? "Read"
    }

    /// `next`: where the list goes on, or null.
    func writeNext(of list: MessageList, to json: inout JSONWriter) {
        json.key("next")
        if list.hasMore, let last = list.last {
            json.string(Cursor(ListPosition(time: last.createdAt, name: last.id)).text)
        } else {
            json.null()
        }
    }
}
