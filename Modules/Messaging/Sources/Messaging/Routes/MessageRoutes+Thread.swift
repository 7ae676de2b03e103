import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

extension MessageRoutes {
    /// `GET /api/messages?user=X&with=Y`. Reading marks as read what is returned, and nothing else.
    func thread(_ request: APIRequest, _ reader: Principal, with name: String) async throws -> APIResponse {
        let page = try await threadPage(request, reader, with: name, field: "with")
        let writer = MessageWriter(shape: .listed, now: request.receivedAt, markedAt: page.markedAt)
        return .json(reserve: 1_024 + 2 * page.size) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("thread")
            let start = json.count
            page.write(writer, to: &json)
            let list = start..<json.count
            json.key("messages")
            json.again(list)
            json.key("with")
            json.string(page.peer.peer.shown)
            json.key("thread_id")
            json.string(page.peer.threadID)
            json.key("count")
            json.int(page.list.count)
            writeNext(of: page.list, to: &json)
            json.members(#""storage":"postgres""#)
            json.endObject()
        }
    }

    /// `GET /api/messages/thread?me=X&them=Y`: the same messages once.
    func shortThread(_ request: APIRequest) async throws -> APIResponse {
        let me = try request.query.optional("me", "user", "handle", "username")
        let reader = try await people.reader(request, named: me, field: "me")
        guard let them = try request.query.optional("them", "with") else { throw APIError.missing(field: "them") }
        let page = try await threadPage(request, reader, with: them, field: "them")
        let writer = MessageWriter(shape: .compact, hasTimestamp: true, markedAt: page.markedAt)
        return .json(reserve: 1_024 + page.size) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("messages")
            page.write(writer, to: &json)
            json.key("with")
            json.string(page.peer.peer.shown)
            json.key("thread_id")
            json.string(page.peer.threadID)
            writeNext(of: page.list, to: &json)
            json.members(#""_source":"postgres""#)
            json.endObject()
        }
    }

    private func threadPage(
        _ request: APIRequest,
        _ reader: Principal,
        with name: String,
        field: String
    ) async throws -> ThreadPage {
        let handle = try await people.handle(name, field: field)
        let list = try await store.thread(
            of: reader.handle,
            with: handle.key,
            before: try Self.position(request) ?? .start,
            limit: try Self.limit(request)
        )
        let peer = PeerText(owner: reader.person, peer: try await people.person(handle))
        var page = ThreadPage(list, peer, reader: reader.handle)
        // The answer to HEAD shows nothing, so nothing was read.
        let unread = request.isHead ? [] : page.unreadIDs
        if !unread.isEmpty {
            try await store.markRead(
                unread,
                from: [handle.key],
                by: reader.handle,
                at: request.receivedAt,
                through: request.writer
            )
            page.markedAt = request.receivedAt
        }
        return page
    }
}

/// A part of a thread, from one side.
private struct ThreadPage {
    /// Newest first, as the index has them.
    let list: MessageList
    let peer: PeerText
    /// Set when unread messages of the page were marked as read.
    var markedAt: PostgresTimestamp?

    private let reader: [UInt8]
    /// In a thread with oneself every message is received by its sender.
    private let isWithSelf: Bool

    init(_ list: MessageList, _ peer: PeerText, reader: String) {
        self.list = list
        self.peer = peer
        self.reader = Array(reader.utf8)
        isWithSelf = peer.peer.handle == reader
    }

    /// Messages to the reader that were unread when the page was fetched.
    var unreadIDs: [String] {
        (0..<list.count).compactMap { index in
            let message = list[index]
            return !message.isRead && (isWithSelf || !message.isFrom(reader)) ? message.id : nil
        }
    }

    /// About how many bytes the messages will have as JSON.
    var size: Int { list.size }

    /// Writes the page as an array, oldest first, as people read.
    func write(_ writer: MessageWriter, to json: inout JSONWriter) {
        let sent = peer.members(isSent: true, writer.shape)
        let received = peer.members(isSent: false, writer.shape)
        json.beginArray()
        for index in (0..<list.count).reversed() {
            let message = list[index]
            let isSent = !isWithSelf && message.isFrom(reader)
            writer.write(message, peer, members: isSent ? sent : received, isSent: isSent, to: &json)
        }
        json.endArray()
    }
}
