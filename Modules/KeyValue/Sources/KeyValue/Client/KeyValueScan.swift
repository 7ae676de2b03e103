/// What one step of a scan found.
public struct KeyValueScanPage: Hashable, Sendable {
    /// Keys, members of a set, or fields and values (members and scores) in turns. May be empty.
    public let elements: [[UInt8]]
    /// Where to go on: kept, it lets a later scan resume here. `nil` after the last page.
    public let next: KeyValueScanCursor?
}

/// A place in a scan, as the server names it.
public struct KeyValueScanCursor: Hashable, Sendable {
    /// Digits, usually.
    public let text: String

    /// A cursor that was kept.
    public init(text: String) {
        self.text = text
    }

    static let start = Self(text: "0")
}

/// Goes through a store, or through one large value, page by page, one command each.
///
/// As in Redis, what is there throughout the scan is found at least once, possibly more often; what comes or goes
/// meanwhile may or may not be found.
public struct KeyValueScan: AsyncSequence, Sendable {
    public typealias Element = KeyValueScanPage

    /// What is gone through.
    public enum Target: Hashable, Sendable {
        /// The store's keys; `type` is `string`, `hash`, `list`, `set`, `zset` or `stream`.
        case keys(type: String? = nil)
        /// A hash: fields and values in turns.
        case hash([UInt8])
        /// A set's members.
        case set([UInt8])
        /// A sorted set: members and scores in turns.
        case sortedSet([UInt8])
    }

    let client: KeyValueClient
    let target: Target
    let pattern: String?
    let pageSize: Int
    let start: KeyValueScanCursor

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(scan: self, cursor: start)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let scan: KeyValueScan
        var cursor: KeyValueScanCursor?

        /// - Throws: ``KeyValueError``.
        public mutating func next() async throws -> KeyValueScanPage? {
            guard let cursor else { return nil }
            let page = try KeyValueScanPage(try await scan.client.send(scan.command(from: cursor)))
            self.cursor = page.next
            return page
        }
    }

    func command(from cursor: KeyValueScanCursor) -> KeyValueCommand {
        var options = ["COUNT".keyValueBytes, pageSize.keyValueBytes]
        if let pattern { options += ["MATCH".keyValueBytes, pattern.keyValueBytes] }
        let position = cursor.text.keyValueBytes
        switch target {
        case .keys(let type):
            if let type { options += ["TYPE".keyValueBytes, type.keyValueBytes] }
            return KeyValueCommand("SCAN", arguments: [position] + options)
        case .hash(let key): return KeyValueCommand("HSCAN", arguments: [key, position] + options)
        case .set(let key): return KeyValueCommand("SSCAN", arguments: [key, position] + options)
        case .sortedSet(let key): return KeyValueCommand("ZSCAN", arguments: [key, position] + options)
        }
    }
}

extension KeyValueScanPage {
    /// - Throws: ``KeyValueError`` of kind `protocolViolation`, if this is no answer to a scan.
    init(_ reply: KeyValueReply) throws(KeyValueError) {
        guard let parts = reply.elements, parts.count == 2, let cursor = parts[0].text, let found = parts[1].elements
        else { throw .violation("the answer to a scan is no cursor and list") }
        let elements = found.compactMap(\.bytes)
        guard elements.count == found.count else { throw .violation("a scan found something that is no string") }
        self.elements = elements
        next = cursor == "0" ? nil : KeyValueScanCursor(text: cursor)
    }
}

extension KeyValueClient {
    /// Goes through a store, or through one large value.
    ///
    /// - Parameters:
    ///   - target: what to go through.
    ///   - pattern: a glob, as in `thread:*`; `nil`: everything. The server looks at all keys nevertheless.
    ///   - pageSize: about how many elements the server looks at per command.
    ///   - start: the ``KeyValueScanPage/next`` of a page of an earlier scan; `nil`: from the beginning.
    public func scan(
        _ target: KeyValueScan.Target = .keys(),
        matching pattern: String? = nil,
        pageSize: Int = 1000,
        from start: KeyValueScanCursor? = nil
    ) -> KeyValueScan {
        KeyValueScan(client: self, target: target, pattern: pattern, pageSize: pageSize, start: start ?? .start)
    }
}
