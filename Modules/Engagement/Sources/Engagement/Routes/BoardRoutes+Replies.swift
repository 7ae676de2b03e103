import Contracts
import HTTPTypes
import JSONText
import Kernel

/// Reactions and comments.
extension BoardRoutes {
    func react(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller()
        let reaction = try BoardText.reaction(try request.json().string("reaction", limit: BoardText.reactionLimit))
        let (entry, _) = try await visible(request)
        let reactions = try await conversations.react(
            reaction,
            to: entry.id,
            by: caller.handle,
            at: request.receivedAt,
            through: request.writer
        )
        guard let reactions else { throw Self.unknownEntry }
        guard reactions.own.contains(reaction) else {
            throw APIError(
                .conflict,
                code: "too_many_reactions",
                "This post has \(PostgresBoardStore.reactionKinds) different reactions already. Use one of them."
            )
        }
        return Self.answer(entry.id, reactions)
    }

    func unreact(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller()
        let reaction = try BoardText.reaction(try request.parameter("reaction"))
        let (entry, _) = try await visible(request)
        let reactions = try await conversations.unreact(
            reaction,
            to: entry.id,
            by: caller.handle,
            through: request.writer
        )
        guard let reactions else { throw Self.unknownEntry }
        return Self.answer(entry.id, reactions)
    }

    private static func answer(_ id: String, _ reactions: BoardReactions) -> APIResponse {
        .json(
            .ok,
            [
                "success": true, "id": .string(id), "reactions": .raw(Array(reactions.counts.utf8)),
                "own": .array(reactions.own.map { .string($0) }),
            ]
        )
    }

    func comments(_ request: APIRequest) async throws -> APIResponse {
        let limit = try request.query.int("limit", default: 50, in: 1...100)
        let after = try request.position() ?? .oldest
        let (entry, hidden) = try await visible(request)
        let page = try await conversations.comments(of: entry.id, hiding: hidden, after: after, limit: limit)
        let shown = try await people.spellings(page.rows.map(\.author))
        return .json { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("comments")
            json.beginArray()
            for comment in page.rows {
                BoardWriter.write(comment, author: shown[comment.author] ?? comment.author, to: &json)
            }
            json.endArray()
            json.key("count")
            json.int(page.rows.count)
            if let next = page.next {
                json.key("next")
                json.string(next.cursor)
            }
            json.endObject()
        }
    }

    func comment(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller()
        guard let content = try BoardText.content(try request.json()) else {
            throw APIError.missing(field: "content")
        }
        let (entry, _) = try await visible(request)
        let comment = BoardComment(
            id: services.ids.make("comment_", at: request.receivedAt),
            entry: entry.id,
            author: caller.handle,
            content: content,
            createdAt: request.receivedAt
        )
        guard try await conversations.comment(comment, through: request.writer) else { throw Self.unknownEntry }
        return .json(.created) { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("comment")
            BoardWriter.write(comment, author: caller.person.shown, to: &json)
            json.endObject()
        }
    }

    func deleteComment(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller()
        let id = try request.parameter("comment")
        let isGone = try await conversations.deleteComment(
            id,
            of: try request.parameter("id"),
            by: caller.handle,
            through: request.writer
        )
        guard isGone else { throw APIError.notFound("There is no such comment that you may delete.") }
        return .json(.ok, ["success": true, "id": .string(id)])
    }
}
