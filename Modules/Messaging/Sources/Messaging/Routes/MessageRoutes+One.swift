import Contracts
import JSONText
import Kernel
import Postgres

extension MessageRoutes {
    /// `GET /api/messages/{id}`: for its sender and its recipient; for others there is no such message.
    func one(_ request: APIRequest) async throws -> APIResponse {
        let (message, reader) = try await own(request)
        return try await answer(message, reader, MessageWriter(shape: .full))
    }

    /// `PATCH /api/messages/{id}`: with `{"read": true}` by the recipient, with another `text` by the sender.
    func change(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        let isRead = try body.optionalBool("read")
        guard let text = try MessageDraft.text(body, trimming: false) else { return try await mark(request, isRead) }
        guard isRead == nil else { throw APIError.invalid(field: "read", "cannot be changed together with the text.") }
        return try await edit(request, text: text)
    }

    private func mark(_ request: APIRequest, _ isRead: Bool?) async throws -> APIResponse {
        guard isRead == true else {
            throw APIError.invalid(field: "read", "must be true: a message cannot become unread.")
        }
        let (message, reader) = try await own(request)
        guard message.to == reader.handle else {
            throw APIError.forbidden("Only the recipient of a message can mark it as read.")
        }
        var writer = MessageWriter(shape: .full)
        if !message.isRead {
            try await store.markRead(
                [message.id],
                from: [message.from],
                by: reader.handle,
                at: request.receivedAt,
                through: request.writer
            )
            writer.markedAt = request.receivedAt
        }
        return try await answer(message, reader, writer)
    }

    /// A message that the caller sent or received.
    func own(_ request: APIRequest) async throws -> (MessageRow, Principal) {
        let reader = try request.caller()
        let id = try request.parameter("id")
        guard let message = try await store.message(id),
            message.to == reader.handle ? !message.isWithheld : message.from == reader.handle
        else { throw Self.noSuchMessage }
        return (message, reader)
    }

    func answer(_ message: MessageRow, _ reader: Principal, _ writer: MessageWriter) async throws -> APIResponse {
        let isSent = message.to != reader.handle
        let other = Handle(storedKey: isSent ? message.to : message.from)
        let peer = PeerText(owner: reader.person, peer: try await people.person(other))
        return .json(reserve: 2_048) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("message")
            writer.write(message, peer, isSent: isSent, to: &json)
            json.endObject()
        }
    }
}
