import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

extension MessageRoutes {
    /// `PATCH /api/messages/{id}` with another `text`, by the sender.
    func edit(_ request: APIRequest, text: String) async throws -> APIResponse {
        let (message, author) = try await own(request, toChange: "edit")
        guard !sender.signatures.isEnforced else {
            throw APIError.forbidden(
                "Messages are signed here, and a signature is of the text as it was sent. Delete it and send another.",
                code: "signed_text"
            )
        }
        try await refuseBlocked(message, author)
        let changed = try await extensions.edit(
            message,
            by: author.handle,
            text: text,
            at: request.receivedAt,
            through: request.writer
        )
        guard let changed else { throw Self.noSuchMessage }
        guard changed.deletedAt == nil else { throw Self.messageDeleted }
        guard changed.text == text else { throw Self.tooManyEdits }
        return try await answer(changed, author, MessageWriter(shape: .full))
    }

    /// `DELETE /api/messages/{id}`, by the sender: leaves a tombstone on both sides. The same again changes nothing.
    func delete(_ request: APIRequest) async throws -> APIResponse {
        let (message, author) = try await own(request, toChange: "delete")
        let changed = try await extensions.delete(
            message,
            by: author.handle,
            at: request.receivedAt,
            through: request.writer
        )
        guard let changed else { throw Self.noSuchMessage }
        return try await answer(changed, author, MessageWriter(shape: .full))
    }

    /// `GET /api/messages/{id}/edits`: what the message said before, for either side.
    func edits(_ request: APIRequest) async throws -> APIResponse {
        let (message, _) = try await own(request)
        let edits = try await extensions.edits(of: message.id)
        return .json(
            .ok,
            [
                "success": true,
                "id": .string(message.id),
                "edits": .array(
                    edits.map { edit in
                        [
                            "text": edit.text.map { .string($0) } ?? .null,
                            "written_at": .timestamp(edit.writtenAt.microseconds),
                            "replaced_at": .timestamp(edit.replacedAt.microseconds),
                        ]
                    }
                ),
                "count": .int(edits.count),
            ]
        )
    }

    /// A message of the caller's own.
    ///
    /// - Parameter verb: what only its sender may do to it.
    private func own(_ request: APIRequest, toChange verb: String) async throws -> (MessageRow, Principal) {
        let (message, reader) = try await own(request)
        guard message.from == reader.handle else {
            throw APIError.forbidden("Only the sender of a message can \(verb) it.")
        }
        return (message, reader)
    }

    /// What is written to a message reaches the other side, as a message does.
    func refuseBlocked(_ message: MessageRow, _ reader: Principal) async throws {
        guard try await people.hidden(from: reader.handle).contains(message.other(than: reader.handle)) else { return }
        throw APIError.consentBlocked
    }

    static let noSuchMessage = APIError.notFound("There is no such message.")

    static let messageDeleted = APIError(.conflict, code: "message_deleted", "The message was deleted.")

    private static let tooManyEdits = APIError(
        .unprocessableContent,
        code: "too_many_edits",
        "A message can be edited \(MessageEdit.limit) times.",
        field: "text"
    )
}
