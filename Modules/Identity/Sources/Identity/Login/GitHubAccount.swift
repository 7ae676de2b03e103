/// A GitHub account as GitHub tells it.
struct GitHubAccount: Sendable, Equatable {
    /// Stays when the account is renamed, and is never given to another.
    let id: Int64
    /// The account's name now.
    let login: String
}
