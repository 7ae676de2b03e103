import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

extension MessageRoutes {
    /// `GET /api/messages/{id}/reactions`, by either side.
    func reactions(_ request: APIRequest) async throws -> APIResponse {
        let (message, reader) = try await own(request)
        return try await reactionsAnswer(message, reader)
    }

    /// `POST /api/messages/{id}/reactions`: adds one. The same again changes nothing.
    func react(_ request: APIRequest) async throws -> APIResponse {
        let emoji = try Self.emoji(request.json().string("emoji", limit: 64))
        let (message, reader) = try await own(request)
        try await refuseBlocked(message, reader)
        let side = message.side(of: reader.handle)
        let changed = try await extensions.react(
            emoji,
            to: message.id,
            as: side,
            limit: Reactions.limit,
            through: request.writer
        )
        guard let changed else { throw Self.noSuchMessage }
        guard Reactions(of: changed).of(side).contains(emoji.text) else {
            throw changed.deletedAt == nil ? Self.tooManyReactions : Self.messageDeleted
        }
        return try await reactionsAnswer(changed, reader)
    }

    /// `DELETE /api/messages/{id}/reactions?emoji=…`: takes one back. The same again changes nothing.
    func unreact(_ request: APIRequest) async throws -> APIResponse {
        guard let text = try request.query.optional("emoji") else { throw APIError.missing(field: "emoji") }
        let emoji = try Self.emoji(text)
        let (message, reader) = try await own(request)
        let changed = try await extensions.unreact(
            emoji,
            to: message.id,
            as: message.side(of: reader.handle),
            through: request.writer
        )
        guard let changed else { throw Self.noSuchMessage }
        return try await reactionsAnswer(changed, reader)
    }

    private static func emoji(_ text: String) throws(APIError) -> Emoji {
        guard let emoji = Emoji(text) else { throw .invalid(field: "emoji", "must be one emoji.") }
        return emoji
    }

    private func reactionsAnswer(_ message: MessageRow, _ reader: Principal) async throws -> APIResponse {
        let (from, to) = try await sides(of: message, reader)
        return .json { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("id")
            json.string(message.id)
            json.key("reactions")
            Reactions(of: message).write(from: from, to: to, to: &json)
            json.endObject()
        }
    }

    /// Sender and recipient as people see them.
    private func sides(of message: MessageRow, _ reader: Principal) async throws -> (Person, Person) {
        let other = try await people.person(Handle(storedKey: message.other(than: reader.handle)))
        return message.side(of: reader.handle) == .sender ? (reader.person, other) : (other, reader.person)
    }

    private static let tooManyReactions = APIError(
        .unprocessableContent,
        code: "too_many_reactions",
        "A message takes at most \(Reactions.limit) reactions of one person.",
        field: "emoji"
    )
}
