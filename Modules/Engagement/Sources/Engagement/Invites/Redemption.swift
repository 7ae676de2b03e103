import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// Lets somebody in by a code: the code is used up and the handle claimed in one transaction, or neither.
struct Redemption: Sendable {
    let store: any InviteStore
    let claims: any HandleClaims
    let services: KernelServices

    /// Tries with another bonus code when one exists already: one in 32⁴ for each that the inviter has.
    private static let tries = 5

    /// - Throws: 404 for an unknown code, 400 for one that was used or has expired, or what claiming answers.
    func redeem(_ code: String, as handle: Handle, at time: PostgresTimestamp) async throws
        -> (person: ClaimedHandle, invite: Invite)
    {
        for _ in 1...Self.tries {
            guard let invite = try await store.invite(code) else { throw Self.unknownCode }
            if let objection = invite.objection(at: time) { throw Self.unusable(objection) }
            var statements = store.redemption(
                of: invite,
                by: handle.key,
                bonus: InviteCode.make(for: invite.inviter, services.ids),
                at: time
            )
            statements += services.events.statements(
                for: InviteRedeemed(inviter: invite.inviter, invitee: handle.key)
            )
            do {
                return (try await claims.claim(handle, with: statements), invite)
            } catch {
                switch store.refusal(error) {
                case .unusable: throw Self.unusable("This invite has been used already.")
                case .codeTaken: continue
                case nil: throw error
                }
            }
        }
        throw APIError.unavailable()
    }

    static let unknownCode = APIError(
        .notFound,
        code: "unknown_invite",
        "There is no such invite.",
        field: "code",
        extra: [("valid", false)]
    )

    private static func unusable(_ reason: String) -> APIError {
        APIError(.badRequest, code: "invite_not_usable", reason, field: "code")
    }
}
