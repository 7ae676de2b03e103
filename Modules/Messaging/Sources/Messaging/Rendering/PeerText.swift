import Contracts
import JSONText

/// The members of a message that depend on who writes to whom alone, rendered once per pair and spliced into each.
struct PeerText: Sendable {
    /// The other side, as people see them.
    let peer: Person
    let threadID: String
    /// Members for a message that the owner received or sent: `"from":…,"to":…,"direction":…,"isAgent":…,"thread_id":…`.
    let received: [UInt8]
    let sent: [UInt8]

    init(owner: Person, peer: Person) {
        self.peer = peer
        threadID = PeerText.threadID(owner.handle, peer.handle)
        received = PeerText.members(from: peer, to: owner, direction: "received", threadID)
        sent = PeerText.members(from: owner, to: peer, direction: "sent", threadID)
    }

    /// The name of a thread: the same from both sides, whoever writes first.
    static func threadID(_ one: String, _ other: String) -> String {
        one < other ? "\(one):\(other)" : "\(other):\(one)"
    }

    private static func members(from: Person, to: Person, direction: String, _ threadID: String) -> [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.key("from")
        json.string(from.shown)
        json.key("to")
        json.string(to.shown)
        json.key("direction")
        json.string(direction)
        json.key("isAgent")
        json.bool(from.isAgent)
        json.key("thread_id")
        json.string(threadID)
        return json.bytes
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
