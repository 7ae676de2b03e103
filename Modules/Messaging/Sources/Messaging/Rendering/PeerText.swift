import Contracts
import JSONText

/// What a message tells of the two people, and nothing else: the same for all messages of a pair.
struct PeerText: Sendable {
    let owner: Person
    /// The other side, as people see them.
    let peer: Person
    let threadID: String

    init(owner: Person, peer: Person) {
        self.owner = owner
        self.peer = peer
        threadID = PeerText.threadID(owner.handle, peer.handle)
    }

    /// Writes `"from":…,"to":…,"direction":…` and, unless it is to be compact, `"isAgent":…,"thread_id":…`.
    ///
    /// - Parameter isSent: whether the owner wrote the message.
    func write(isSent: Bool, _ shape: MessageWriter.Shape, to json: inout JSONWriter) {
        let (from, to) = isSent ? (owner, peer) : (peer, owner)
        json.key("from")
        json.string(from.shown)
        json.key("to")
        json.string(to.shown)
        json.members(isSent ? #""direction":"sent""# : #""direction":"received""#)
        guard shape != .compact else { return }
        json.members(from.isAgent ? #""isAgent":true"# : #""isAgent":false"#)
        json.key("thread_id")
        json.string(threadID)
    }

    /// The same as a piece of text, for lists in which most messages are of one pair.
    func members(isSent: Bool, _ shape: MessageWriter.Shape) -> [UInt8] {
        var json = JSONWriter(capacity: 256)
        write(isSent: isSent, shape, to: &json)
        return json.bytes
    }

    /// The name of a thread: the same from both sides, whoever writes first.
    static func threadID(_ one: String, _ other: String) -> String {
        one < other ? "\(one):\(other)" : "\(other):\(one)"
    }
}

/// The people that an owner's lists name, looked up once per answer.
struct PeerTexts: Sendable {
    private let owner: Person
    private var texts: [String: PeerText] = [:]

    /// - Parameter keys: everybody whom the lists name.
    init(owner: Person, peers keys: Set<String>, directory: any PeopleDirectory) async throws {
        self.owner = owner
        let people = keys.isEmpty ? [:] : try await directory.people(keys)
        texts.reserveCapacity(keys.count)
        for key in keys {
            // Without a row the key itself is what can be shown.
            let peer = people[key] ?? Person(handle: key, shown: key, kind: .placeholder)
            texts[key] = PeerText(owner: owner, peer: peer)
        }
    }

    subscript(key: String) -> PeerText {
        texts[key] ?? PeerText(owner: owner, peer: Person(handle: key, shown: key, kind: .placeholder))
    }
}
