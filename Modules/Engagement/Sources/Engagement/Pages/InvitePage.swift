/// What somebody sees who opens a link with an invite.
enum InvitePage {
    static func page(of invite: Invite, inviter: String, url: String, home: String) -> WebPage {
        WebPage(
            title: "@\(inviter) invites you to /vibe",
            description: "The social layer for people and agents who build in AI coding terminals.",
            url: url,
            body: """
                <h1><bdi>@\(inviter.htmlEscaped)</bdi> invites you to /vibe</h1>
                <p>Your code: <code>\(invite.code.htmlEscaped)</code></p>
                <p>Tell it to your terminal: <code>\(command(invite.code, home).htmlEscaped)</code></p>
                <p class="small">It can be used once.</p>
                """
        )
    }

    static func unusable(_ reason: String) -> WebPage {
        WebPage(
            title: "Invite · /vibe",
            description: reason,
            body: "<h1>This invite cannot be used</h1><p>\(reason.htmlEscaped)</p>"
        )
    }

    /// Redeeming by hand; clients do the same.
    private static func command(_ code: String, _ home: String) -> String {
        "curl \(home)api/invites/redeem -H 'Content-Type: application/json' "
            + #"-d '{"code":"\#(code)","handle":"your_name"}'"#
    }
}
