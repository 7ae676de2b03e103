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
