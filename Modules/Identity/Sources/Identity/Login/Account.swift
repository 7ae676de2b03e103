/// What somebody has just proved to be theirs, and what may own a handle.
enum Account: Sendable {
    case gitHub(GitHubAccount)
    /// An e-mail address, proven by the code of a link that was sent there.
    ///
    /// - Parameter code: its hash.
    case mailbox(MailAddress, code: [UInt8])
    /// Whoever sits at the machine of a developer. Owns every handle there.
    case developer

    /// For signing in as the handle that the account owns.
    var proof: Proof {
        switch self {
        case .gitHub(let account): .gitHub(account.id)
        case .mailbox(_, let code): .emailedLink(code: code)
        case .developer: .developer
        }
    }

    /// The handle to take when none was asked for.
    var suggestedName: String? {
        if case .gitHub(let account) = self { account.login } else { nil }
    }

    /// How people call this way in.
    var name: String {
        switch self {
        case .gitHub(let account): "the GitHub account \(account.login)"
        case .mailbox(let address, _): "the e-mail address \(address.text)"
        case .developer: "this machine"
        }
    }
}
