import Contracts
import JSONText
import Kernel
import Postgres

extension MessageRoutes {
    /// `GET /api/messages/{id}`: for its sender and its recipient; for others there is no such message.
    func one(_ request: APIRequest) async throws -> APIResponse {
        let (message, reader) = try await own(request)
        return try await answer(message, reader, MessageWriter())
    }

    /// `PATCH /api/messages/{id}` with `{"read": true}`, by the recipient.
    func markOne(_ request: APIRequest) async throws -> APIResponse {
        guard try request.json().optionalBool("read") == true else {
            throw APIError.invalid(field: "read", "must be true: a message cannot become unread.")
        }
        let (message, reader) = try await own(request)
        guard message.to == reader.handle else {
            throw APIError.forbidden("Only the recipient of a message can mark it as read.")
        }
        var writer = MessageWriter()
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

    private func own(_ request: APIRequest) async throws -> (MessageRow, Principal) {
        let reader = try request.caller()
        let id = try request.parameter("id")
        guard let message = try await store.message(id),
            message.to == reader.handle ? !message.isWithheld : message.from == reader.handle
        else { throw APIError.notFound("There is no such message.") }
        return (message, reader)
    }

    private func answer(_ message: MessageRow, _ reader: Principal, _ writer: MessageWriter) async throws -> APIResponse
    {
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
