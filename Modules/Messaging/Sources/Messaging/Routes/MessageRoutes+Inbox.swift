import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

extension MessageRoutes {
    /// Threads in one inbox unless `limit` asks otherwise, as in the original.
    private static let defaultThreads = 50

    /// `GET /api/messages?user=X`: one answer that serves every client.
    func inbox(_ request: APIRequest, _ reader: Principal) async throws -> APIResponse {
        let hidden = try await people.hidden(from: reader.handle)
        let limit = try Self.limit(request)
        let position = try Self.position(request)
        let since = try Self.since(request)
        let filter = InboxFilter(unreadOnly: request.query.flag("unreadOnly"), hiding: hidden)
        async let listing = store.inbox(of: reader.handle, filter, before: position ?? .start, limit: limit)
        let threads = try await store.threads(
            of: reader.handle,
            hiding: hidden,
            after: .start,
            limit: Self.defaultThreads
        )
        let inbox = try await listing
        let unread = threads.unreadTotal ?? 0
        let news = try await news(request, reader, since, hidden, unread: unread, limit)

        var markedAt: PostgresTimestamp?
        if request.query.flag("markRead"), !request.isHead {
            markedAt = try await markRead(inbox, request, reader)
        }
        let senders = (0..<inbox.count).map { inbox[$0].from }
        let newsSenders = (0..<(news?.count ?? 0)).compactMap { news?[$0].from }
        let peers = try await PeerTexts(
            owner: reader.person,
            peers: Set(senders).union(newsSenders).union((0..<threads.count).map { threads[$0].peer }),
            directory: people.directory
        )
        let writer = MessageWriter(shape: .listed, now: request.receivedAt, markedAt: markedAt)
        return .json(reserve: 1_024 + 2 * inbox.size + (news?.size ?? 0) + threads.count * 1_024) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("inbox")
            var pieces: [Range<Int>] = []
            pieces.reserveCapacity(inbox.count)
            json.beginArray()
            for index in 0..<inbox.count {
                // Between two messages there is a comma.
                let start = json.count + (index == 0 ? 0 : 1)
                writer.write(inbox[index], peers[senders[index]], isSent: false, to: &json)
                pieces.append(start..<json.count)
            }
            json.endArray()
            json.key("unread")
            json.int(unread)
            json.key("bySender")
            Self.writeBySender(pieces, senders, peers, to: &json)
            json.key("threads")
            threadWriter(.superset, request, reader, peers).write(threads, to: &json)
            json.key("messages")
            json.beginArray()
            if let news {
                for index in 0..<news.count {
                    writer.write(news[index], peers[newsSenders[index]], isSent: false, to: &json)
                }
            }
            json.endArray()
            json.key("total")
            json.int(inbox.count)
            writeNext(of: inbox, to: &json)
            json.members(#""storage":"postgres""#)
            json.endObject()
        }
    }

    /// `messages[]`: what came after `since`, or what no earlier poll of this session returned. `nil` for nothing.
    private func news(
        _ request: APIRequest,
        _ reader: Principal,
        _ since: PostgresTimestamp?,
        _ hidden: [String],
        unread: Int64,
        _ limit: Int
    ) async throws -> MessageList? {
        if let since {
            return try await store.received(by: reader.handle, since: since, hiding: hidden, limit: limit)
        }
        // Most polls find nothing: the summaries know that already.
        guard unread > 0 else { return nil }
        let list = try await store.unpolled(
            of: reader.handle,
            session: reader.sessionID,
            hiding: hidden,
            limit: limit
        )
        guard list.count > 0 else { return nil }
        // The answer to HEAD shows nothing, so nothing was given out.
        if request.isHead { return list }
        try await store.recordPoll(
            of: reader.handle,
            session: reader.sessionID,
            returned: (0..<list.count).map { (list[$0].id, list[$0].createdAt) },
            now: request.receivedAt,
            through: request.writer
        )
        return list
    }

    /// Marks what is about to be shown. `nil` when all of it was read already, and nothing was written.
    private func markRead(_ list: MessageList, _ request: APIRequest, _ reader: Principal) async throws
        -> PostgresTimestamp?
    {
        let unread = (0..<list.count).map { list[$0] }.filter { !$0.isRead }
        guard !unread.isEmpty else { return nil }
        try await store.markRead(
            unread.map(\.id),
            from: Array(Set(unread.map(\.from))),
            by: reader.handle,
            at: request.receivedAt,
            through: request.writer
        )
        return request.receivedAt
    }

    /// `since` as seconds or milliseconds since the Unix epoch, or as a time in ISO 8601.
    private static func since(_ request: APIRequest) throws(APIError) -> PostgresTimestamp? {
        guard let text = try request.query.optional("since") else { return nil }
        let microseconds = Double(text).map { Timestamp.microseconds(unix: $0) } ?? Timestamp.parse(text)
        guard let microseconds else {
            throw .invalid(field: "since", "must be a time: Unix seconds, milliseconds, or ISO 8601.")
        }
        return PostgresTimestamp(microseconds: microseconds)
    }

    /// Messages by who sent them, in the order in which the senders first appear.
    ///
    /// - Parameter pieces: where the messages stand in what was written.
    private static func writeBySender(
        _ pieces: [Range<Int>],
        _ senders: [String],
        _ peers: PeerTexts,
        to json: inout JSONWriter
    ) {
        var order: [String] = []
        var indices: [String: [Int]] = [:]
        for (index, sender) in senders.enumerated() {
            if indices[sender] == nil { order.append(sender) }
            indices[sender, default: []].append(index)
        }
        json.beginObject()
        for sender in order {
            json.key(escaping: peers[sender].peer.shown)
            json.beginArray()
            for index in indices[sender] ?? [] { json.again(pieces[index]) }
            json.endArray()
        }
        json.endObject()
    }
}

extension MessageRoutes {
    /// `GET /api/messages/inbox?handle=X`: the threads, the latest first.
    func threads(_ request: APIRequest) async throws -> APIResponse {
        let name = try request.query.optional("handle", "username", "user")
        let reader = try await people.reader(request, named: name, field: "handle")
        let hidden = try await people.hidden(from: reader.handle)
        let limit = try Self.limit(request, default: Self.defaultThreads)
        let list = try await store.threads(
            of: reader.handle,
            hiding: hidden,
            after: try Self.position(request) ?? .start,
            limit: limit
        )
        // A page behind the end has no row that could carry the total.
        let unread =
            if let total = list.unreadTotal { total } else {
                try await store.unreadTotal(of: reader.handle, hiding: hidden)
            }
        let keys = Set((0..<list.count).map { list[$0].peer })
        let peers = try await PeerTexts(owner: reader.person, peers: keys, directory: people.directory)
        return .json(reserve: 256 + list.count * 768) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("threads")
            threadWriter(.short, request, reader, peers).write(list, to: &json)
            json.key("unread")
            json.int(unread)
            json.key("next")
            if list.hasMore, let last = list.last {
                json.string(Cursor(ListPosition(time: last.lastAt, name: last.peer)).text)
            } else {
                json.null()
            }
            json.members(#""_source":"postgres""#)
            json.endObject()
        }
    }

    private func threadWriter(
        _ shape: ThreadListWriter.Shape,
        _ request: APIRequest,
        _ reader: Principal,
        _ peers: PeerTexts
    ) -> ThreadListWriter {
        ThreadListWriter(
            shape: shape,
            owner: reader.person,
            peers: peers,
            now: request.receivedAt,
            groups: RecencyGroups(now: request.receivedAt, timeZone: reader.person.timeZone)
        )
    }
}
