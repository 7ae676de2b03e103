import JSONText

/// What a person says of themselves here: a row of `profiles`, or what somebody without one has.
struct OwnProfile: Sendable, Hashable {
    var bio: String?
    /// An `https` address.
    var avatar: String?
    var links: [ProfileLink] = []
    /// Normalised, in the owner's order; see ``Interest``.
    var interests: [String] = []
    var visibility: ProfileVisibility = .everybody
    /// Here without being seen: in no list of who is here, and without a time of last activity.
    var isInvisible = false
}

/// An address that a person shows on their profile.
struct ProfileLink: Sendable, Hashable {
    let label: String
    let url: String

    var json: JSON { ["label": .string(label), "url": .string(url)] }
}

extension [ProfileLink] {
    var json: JSON { .array(map(\.json)) }

    /// Links as they were stored. What is unreadable counts as absent.
    init(json: String) {
        let elements = try? JSONDocument(Array<UInt8>(json.utf8)).root.elements
        self = (elements.map(Array<JSONValue>.init) ?? []).compactMap { element in
            guard let label = element["label"]?.string, let url = element["url"]?.string else { return nil }
            return ProfileLink(label: label, url: url)
        }
    }
}
