import Contracts
import HTTPTypes
import JSONText
import Kernel

extension MessageRoutes {
    /// `POST /api/messages/mute`: a muted thread is listed, and counts in no badge.
    func mute(_ request: APIRequest) async throws -> APIResponse {
        let owner = try request.caller()
        let body = try request.json()
        let handle = try await people.handle(body.string("with"), field: "with")
        let isMuted = try body.optionalBool("muted") ?? true
        guard try await extensions.setMuted(isMuted, handle.key, of: owner.handle, through: request.writer) else {
            throw APIError.notFound("You have no thread with this person.")
        }
        let peer = try await people.person(handle)
        return .json(
            .ok,
            [
                "success": true,
                "with": .string(peer.shown),
                "thread_id": .string(PeerText.threadID(owner.handle, peer.handle)),
                "muted": .bool(isMuted),
            ]
        )
    }
}
