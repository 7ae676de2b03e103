/// Names one connection: a place in the table and a number that is never used twice.
struct ConnectionID: Hashable, Sendable {
    let rawValue: UInt64

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    fileprivate init(slot: Int, serial: UInt64) {
        rawValue = serial << 16 | UInt64(slot)
    }

    fileprivate var slot: Int { Int(rawValue & 0xFFFF) }
}

/// A loop's connections, found without hashing.
struct ConnectionTable {
    private var slots: [Connection?] = []
    private var free: [Int] = []
    private var serial: UInt64 = 0

    /// Names a connection that is about to be made.
    mutating func reserve() -> ConnectionID {
        serial += 1
        let slot = free.popLast() ?? slots.count
        if slot == slots.count { slots.append(nil) }
        return ConnectionID(slot: slot, serial: serial)
    }

    mutating func insert(_ connection: Connection) {
        slots[connection.id.slot] = connection
    }

    /// Gives up a name, and the connection if there is one.
    mutating func remove(_ id: ConnectionID) {
        slots[id.slot] = nil
        free.append(id.slot)
    }

    /// `nil` if the connection is gone.
    subscript(id: ConnectionID) -> Connection? {
        guard id.slot < slots.count, let connection = slots[id.slot], connection.id == id else { return nil }
        return connection
    }

    var all: [Connection] { slots.compactMap { $0 } }
}
