import JSONText
import Kernel

/// A PATCH of one's own profile: absent members stay, `null` and empty text clear.
struct ProfileChange: Sendable {
    /// UTF-16 units in a bio.
    static let bioLength = 500
    static let linkLimit = 8
    static let labelLength = 40

    private let fields: BodyFields

    init(_ fields: BodyFields) {
        self.fields = fields
    }

    /// The profile as it is after the change.
    ///
    /// - Throws: 400 that names the member.
    func applied(to old: OwnProfile) throws(APIError) -> OwnProfile {
        var profile = old
        if fields["bio"] != nil { profile.bio = try text("bio", limit: Self.bioLength) }
        if fields["avatar"] != nil { profile.avatar = try avatar() }
        if fields["links"] != nil { profile.links = try links() }
        if fields["interests"] != nil { profile.interests = try interests() }
        if let name = try fields.optionalString("visibility") {
            guard let visibility = ProfileVisibility(rawValue: name) else {
                throw .invalid(field: "visibility", "must be public, members or hidden.")
            }
            profile.visibility = visibility
        }
        if let invisible = try fields.optionalBool("invisible") { profile.isInvisible = invisible }
        return profile
    }

    private func text(_ name: String, limit: Int) throws(APIError) -> String? {
        guard let text = try fields.optionalString(name, limit: limit) else { return nil }
        return text.contains { !$0.isWhitespace } ? text : nil
    }

    private func avatar() throws(APIError) -> String? {
        guard let address = try text("avatar", limit: WebAddress.length) else { return nil }
        guard WebAddress.isFit(address, schemes: ["https"]) else {
            throw .invalid(field: "avatar", "must be an https address.")
        }
        return address
    }

    private func links() throws(APIError) -> [ProfileLink] {
        var links: [ProfileLink] = []
        for element in try elements("links", limit: Self.linkLimit) {
            guard element.kind == .object else { throw .invalid(field: "links", "must hold objects.") }
            let link = try BodyFields(element)
            let label: String?
            let url: String
            do {
                label = try link.optionalString("label", limit: Self.labelLength)
                url = try link.string("url", limit: WebAddress.length)
            } catch {
                throw .invalid(field: "links", "need a url, and may have a label: \(error.detail)")
            }
            guard WebAddress.isFit(url, schemes: ["https", "http"]) else {
                throw .invalid(field: "links", "must be web addresses: https://…")
            }
            links.append(ProfileLink(label: label ?? "", url: url))
        }
        return links
    }

    private func interests() throws(APIError) -> [String] {
        var interests: [String] = []
        for element in try elements("interests", limit: Interest.limit) {
            guard let text = element.string else { throw .invalid(field: "interests", "must hold strings.") }
            guard let interest = Interest.normalised(text) else {
                throw .invalid(
                    field: "interests",
                    "may have letters, digits, spaces and + # . / & _ -, at most \(Interest.length) characters each."
                )
            }
            if !interests.contains(interest) { interests.append(interest) }
        }
        return interests
    }

    private func elements(_ name: String, limit: Int) throws(APIError) -> [JSONValue] {
        guard let list = fields[name], list.kind != .null else { return [] }
        guard list.kind == .array else { throw .invalid(field: name, "must be an array.") }
        let elements = Array(list.elements)
        guard elements.count <= limit else { throw .invalid(field: name, "may have at most \(limit) entries.") }
        return elements
    }
}
