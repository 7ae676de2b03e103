import KeyValue

/// Reads keys and raw values of the old store with few commands: one SCAN per 1,000 keys and type, one MGET per 500 strings,
/// one command for each other key.
struct KeyReader: Sendable {
    let client: KeyValueClient

    /// Keys of one MGET.
    static let stringsAtOnce = 500
    /// Other keys of one round trip.
    static let othersAtOnce = 32

    /// The keys of a type, page by page.
    func pages(of type: KeyType, from position: String?) -> KeyValueScan {
        client.scan(
            .keys(type: type.rawValue),
            pageSize: 1_000,
            from: position.map { KeyValueScanCursor(text: $0) }
        )
    }

    /// The value of each key; `nil` where it is gone or has another type by now.
    func contents(of keys: [[UInt8]], type: KeyType) async throws -> [OldValue.Content?] {
        var contents: [OldValue.Content?] = []
        if type == .string {
            for chunk in chunks(of: keys, Self.stringsAtOnce) {
                let reply = try await client.send(KeyValueCommand("MGET", arguments: chunk))
                contents += (reply.elements ?? []).map { $0.bytes.map { .string($0) } }
            }
            return contents
        }
        for chunk in chunks(of: keys, Self.othersAtOnce) {
            for result in try await client.pipeline(chunk.map { command(for: $0, type) }) {
                switch result {
                case .success(let reply): contents.append(content(reply, type))
                case .failure(let error) where error.kind == .server(.wrongType): contents.append(nil)
                case .failure(let error): throw error
                }
            }
        }
        return contents
    }

    private func chunks(of keys: [[UInt8]], _ size: Int) -> [[[UInt8]]] {
        stride(from: 0, to: keys.count, by: size).map { Array(keys[$0..<min($0 + size, keys.count)]) }
    }

    private func command(for key: [UInt8], _ type: KeyType) -> KeyValueCommand {
        switch type {
        case .hash: KeyValueCommand("HGETALL", key)
        case .set: KeyValueCommand("SMEMBERS", key)
        case .zset: KeyValueCommand("ZRANGE", key, 0, -1, "WITHSCORES")
        case .list, .string, .stream: KeyValueCommand("LRANGE", key, 0, -1)
        }
    }

    private func content(_ reply: KeyValueReply, _ type: KeyType) -> OldValue.Content? {
        let parts = (reply.elements ?? []).compactMap(\.bytes)
        guard !parts.isEmpty else { return nil }
        let pairs = stride(from: 0, to: parts.count - 1, by: 2).map { (parts[$0], parts[$0 + 1]) }
        switch type {
        case .hash: return .hash(pairs.map { (field: $0.0, value: $0.1) })
        case .set: return .set(parts)
        case .zset:
            return .sortedSet(pairs.map { (member: $0.0, score: Double(String(decoding: $0.1, as: UTF8.self)) ?? 0) })
        case .list, .string, .stream: return .list(parts)
        }
    }
}
