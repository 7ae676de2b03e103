import JSONText

/// What a person's tools tell of their work: free-form members, each a raw JSON value.
struct PresenceContext: Sendable, Equatable {
    private(set) var members: [(name: String, value: [UInt8])] = []

    static func == (left: PresenceContext, right: PresenceContext) -> Bool {
        left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
    }

    init() {}

    /// From what the database holds; members that are null say nothing.
    init(stored text: String) {
        guard let root = try? JSONDocument(Array(text.utf8)).root else { return }
        for (name, value) in root.members where !value.isNull { members.append((name, Array(value.raw))) }
    }

    var isEmpty: Bool { members.isEmpty }

    subscript(_ name: String) -> [UInt8]? {
        get { members.first { $0.name == name }?.value }
        set {
            if let index = members.firstIndex(where: { $0.name == name }) {
                if let newValue {
                    members[index].value = newValue
                } else {
                    members.remove(at: index)
                }
            } else if let newValue {
                members.append((name, newValue))
            }
        }
    }

    /// The member as text; `nil` when it is absent, empty or no string.
    func text(_ name: String) -> String? {
        guard let raw = self[name], let text = try? JSONDocument(raw).root.string, !text.isEmpty else { return nil }
        return text
    }

    /// How much is kept of one person: without it, members that no heartbeat names again would add up for ever.
    struct Limit: Sendable {
        let members: Int
        /// Bytes of JSON.
        let bytes: Int

        static let context = Limit(members: 50, bytes: 8_192)
        /// A program's ways of being reached take a thousand bytes at most, and its name 32 characters.
        static let sources = Limit(members: 8, bytes: 16_384)
    }

    func fits(_ limit: Limit) -> Bool {
        guard members.count <= limit.members else { return false }
        // Beside each member: two quotes, a colon, a comma.
        return members.reduce(2) { $0 + $1.name.utf8.count + $1.value.count + 4 } <= limit.bytes
    }

    /// Both, one after the other. Where that is too much, what is older goes, all of it: which of its members still
    /// mean something, nobody can tell. The statement that merges rows does the same.
    ///
    /// - Parameter clears: whether a null removes a member, rather than saying that it is to be removed.
    func followed(by later: PresenceContext, clears: Bool, within limit: Limit) -> PresenceContext {
        func adding(to base: PresenceContext) -> PresenceContext {
            var both = base
            for (name, value) in later.members {
                both[name] = clears && PresencePatch.isNull(value) ? nil : value
            }
            return both
        }
        let both = adding(to: self)
        return both.fits(limit) ? both : adding(to: PresenceContext())
    }

    mutating func setText(_ text: String, for name: String) {
        self[name] = JSON.string(text).bytes
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        for (name, value) in members {
            json.key(escaping: name)
            json.raw(value)
        }
        json.endObject()
    }
}
