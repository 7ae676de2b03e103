import Contracts
import HTTPTypes
import JSONText
import Kernel

/// What authors do to their own posts.
extension BoardRoutes {
    /// Changes text and tags. The category stays: a ship that was counted stays one.
    func edit(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        let content = try BoardText.content(body)
        let tags = try BoardText.tags(body)
        guard body["category"] == nil else {
            throw APIError.invalid(field: "category", "cannot be changed.")
        }
        guard content != nil || tags != nil else { throw APIError.missing(field: "content") }
        var entry = try await own(request)
        guard entry.isVerified else {
            throw APIError.forbidden(
                "This was posted under your name without your token. You may delete it.",
                code: "not_verified"
            )
        }
        try await conversations.edit(
            entry,
            content: content,
            tags: tags,
            at: request.receivedAt,
            through: request.writer
        )
        entry.content = content ?? entry.content
        entry.tags = tags ?? entry.tags
        entry.editedAt = request.receivedAt
        let shown = try request.caller().person.shown
        return .json { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("entry")
            BoardWriter.write(entry, author: shown, to: &json)
            json.endObject()
        }
    }

    /// Removes a post; also one that somebody else wrote under the caller's name.
    func delete(_ request: APIRequest) async throws -> APIResponse {
        let entry = try await own(request)
        try await conversations.delete(entry.id, of: entry.author, through: request.writer)
        return .json(.ok, ["success": true, "id": .string(entry.id)])
    }

    /// The entry that the address names, which must be the caller's.
    ///
    /// - Throws: 404, or 403 for somebody else's.
    private func own(_ request: APIRequest) async throws -> BoardEntry {
        let (entry, _) = try await visible(request)
        guard entry.author == (try request.caller().handle) else {
            throw APIError.forbidden("Only its author may change a post.")
        }
        return entry
    }
}
