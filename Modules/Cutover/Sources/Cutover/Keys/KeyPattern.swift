/// The types of Redis values, as `TYPE` answers.
public enum KeyType: String, CaseIterable, Hashable, Sendable {
    case string, hash, list, set, zset, stream
}

/// A form of keys that the original wrote, and what becomes of their data.
public struct KeyPattern: Hashable, Sendable {
    /// What becomes of the data.
    public enum Fate: Hashable, Sendable {
        /// Moves to Postgres with this data set.
        case migrated(DataSetName, to: String)
        /// Says what the data set's other keys say too; read for what only it knows.
        case index(DataSetName, String)
        /// Will move when its module exists.
        case waiting(String)
        /// Worth nothing after minutes or hours.
        case ephemeral(String)
        /// Kept in the archive only.
        case archived(String)
    }

    /// As it is written in the layout, such as `msg:*`.
    public let name: String
    public let types: Set<KeyType>
    public let fate: Fate
    /// What the keys begin with, or what they are.
    let prefix: [UInt8]
    /// Whether anything may follow.
    let isOpen: Bool

    /// - Parameter name: a name with one `*` or `<…>` at the end stands for all keys that begin so.
    init(_ name: String, _ types: KeyType..., fate: Fate) {
        self.name = name
        self.types = Set(types)
        self.fate = fate
        prefix = Array(name.utf8.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "<") })
        isOpen = prefix.count < name.utf8.count
    }

    func matches(_ key: [UInt8]) -> Bool {
        isOpen ? key.starts(with: prefix) : key == prefix
    }
}

/// The data sets that move.
public enum DataSetName: String, CaseIterable, Hashable, Sendable {
    case identity, presence, messages, board, streaks, invites, friends, consent, waitlist, funnel
}
