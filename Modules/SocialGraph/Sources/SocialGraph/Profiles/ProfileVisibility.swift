/// Who may see a profile, and its owner in lists of people.
enum ProfileVisibility: String, Sendable, Hashable, CaseIterable {
    /// Everybody.
    case everybody = "public"
    /// Who is signed in.
    case members
    /// The owner alone.
    case hidden

    /// Whether `viewer` (`nil` without a token) may see what `owner` shows in this way.
    func allows(_ viewer: String?, owner: String) -> Bool {
        switch self {
        case .everybody: true
        case .members: viewer != nil
        case .hidden: viewer == owner
        }
    }

    /// What a viewer is shown in lists, where nobody meets themselves as hidden.
    static func listed(to viewer: String?) -> [ProfileVisibility] {
        viewer == nil ? [.everybody] : [.everybody, .members]
    }
}
