import Contracts
import Kernel
import Postgres

/// The mail that goes with signing in. Plain words and one link; ASCII.
struct LoginLetters: Sendable {
    /// Where people reach the service.
    let publicURL: String
    /// The host in message ids.
    let host: String
    let ids: IdentifierSource

    /// The mail with a link.
    ///
    /// - Parameter handle: the one asked for, or the one that the address is to be linked to.
    func link(code: String, _ link: EmailLink, handle: String?, at now: PostgresTimestamp) -> Mail {
        let purpose =
            switch (link.linking, handle) {
            case (.some(let linking), _): "to sign in as @\(linking) with this address from now on"
            case (nil, .some(let handle)): "to sign in to /vibe as @\(handle)"
            case (nil, nil): "to sign in to /vibe"
            }
        return mail(
            to: link.address,
            subject: link.linking == nil ? "Sign in to /vibe" : "Confirm your address for /vibe",
            """
            Open this link \(purpose):

            \(publicURL)/login/link?code=\(code)

            It works once, for half an hour. If you did not ask for it, do nothing:
            without the link, nobody gets in.
            """,
            at: now,
            until: link.expiresAt
        )
    }

    /// What the address hears that a handle had before.
    func addressChanged(to address: MailAddress, of shown: String, at now: PostgresTimestamp) -> Mail {
        mail(
            to: address,
            subject: "Another address for @\(shown)",
            """
            @\(shown) now signs in to /vibe with another e-mail address. This one has
            no access any more.

            If that was not you, somebody has a token of yours: sign out everywhere,
            and tell the operator of \(publicURL).
            """,
            at: now,
            until: PostgresTimestamp(microseconds: now.microseconds + 86_400 * 1_000_000)
        )
    }

    private func mail(
        to address: MailAddress,
        subject: String,
        _ body: String,
        at now: PostgresTimestamp,
        until end: PostgresTimestamp
    ) -> Mail {
        let id = ids.make("mail_", at: now)
        return Mail(
            id: id,
            messageID: "\(id)@\(host)",
            recipient: address,
            subject: subject,
            body: body,
            createdAt: now,
            expiresAt: end
        )
    }
}
