public import KeyValue

/// Takes the inventory of the old store: one SCAN per 1,000 keys and type, one read-only script per 200 keys for sizes and
/// times to live.
public struct KeyScanner: Sendable {
    private let client: KeyValueClient

    public init(client: KeyValueClient) {
        self.client = client
    }

    /// Looks at every key once. A key that comes, goes or changes meanwhile may be missed.
    public func scan() async throws -> KeyInventory {
        let before = client.budget.used
        let reader = KeyReader(client: client)
        let classifier = KeyClassifier()
        var lines: [LineKey: KeyInventory.Line] = [:]
        for type in KeyType.allCases {
            var seen: Set<[UInt8]> = []
            for try await page in reader.pages(of: type, from: nil) {
                let keys = page.elements.filter { seen.insert($0).inserted }
                for (key, measure) in zip(keys, try await measures(of: keys, type)) {
                    let verdict = classifier.classify(key, type: type)
                    let name = LineKey(verdict, type)
                    lines[name, default: name.line].add(key, measure)
                }
            }
        }
        var inventory = KeyInventory()
        inventory.lines = lines.sorted { $0.key < $1.key }.map(\.value)
        inventory.commands = client.budget.used - before
        return inventory
    }

    /// Size and time to live of a key: TTL in milliseconds, -1 for none.
    fileprivate struct Measure {
        let size: Int64
        let ttl: Int64
    }

    private static let script = """
        local sizes = {string = 'STRLEN', hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}
        local found = {}
        for i, key in ipairs(KEYS) do
            local size = redis.pcall(sizes[ARGV[1]], key)
            found[#found + 1] = type(size) == 'number' and size or 0
            found[#found + 1] = redis.call('PTTL', key)
        end
        return found
        """

    private func measures(of keys: [[UInt8]], _ type: KeyType) async throws -> [Measure] {
        var measures: [Measure] = []
        for start in stride(from: 0, to: keys.count, by: 200) {
            let chunk = Array(keys[start..<min(start + 200, keys.count)])
            let reply = try await client.send(
                .script(Self.script, keys: chunk, arguments: [Array(type.rawValue.utf8)], isReadOnly: true)
            )
            let numbers = (reply.elements ?? []).compactMap(\.integer)
            measures += stride(from: 0, to: numbers.count - 1, by: 2).map {
                Measure(size: numbers[$0], ttl: numbers[$0 + 1])
            }
        }
        return measures
    }

    /// What a line stands for, and where it stands.
    private struct LineKey: Hashable, Comparable {
        let pattern: KeyPattern?
        let isUnexpectedType: Bool
        let type: KeyType

        init(_ verdict: KeyClassifier.Verdict, _ type: KeyType) {
            self.type = type
            switch verdict {
            case .known(let pattern): (self.pattern, isUnexpectedType) = (pattern, false)
            case .unexpectedType(let pattern): (self.pattern, isUnexpectedType) = (pattern, true)
            case .unknown: (pattern, isUnexpectedType) = (nil, false)
            }
        }

        var line: KeyInventory.Line {
            KeyInventory.Line(pattern: pattern, isUnexpectedType: isUnexpectedType, type: type)
        }

        private var order: String { (pattern?.name ?? "\u{10FFFF}") + " " + type.rawValue }

        static func < (one: Self, other: Self) -> Bool { one.order < other.order }
    }
}

extension KeyInventory.Line {
    fileprivate mutating func add(_ key: [UInt8], _ measure: KeyScanner.Measure) {
        keys += 1
        size += measure.size
        if measure.ttl >= 0 {
            lapsing += 1
            longestTTL = max(longestTTL, measure.ttl)
        }
        if (pattern == nil || isUnexpectedType), examples.count < 10 { examples.append(key) }
    }
}
