import Synchronization

/// Takes the data of a `COPY … FROM STDIN`.
public final class PostgresCopyWriter: Sendable {
    private let lease: Lease
    private let buffer = Mutex<[UInt8]>([])

    /// Bytes that are sent at once.
    private static let chunkSize = 64 * 1024

    init(lease: Lease) {
        self.lease = lease
    }

    /// Adds bytes in the format the statement names. Chunks may end anywhere.
    ///
    /// - Throws: ``PostgresError`` when the connection broke.
    public func write(_ bytes: [UInt8]) async throws {
        try await append { $0.append(contentsOf: bytes) }
    }

    /// Adds one row in COPY's text format; `nil` is NULL.
    ///
    /// - Throws: ``PostgresError`` when the connection broke.
    public func write(row fields: [String?]) async throws {
        try await append { CopyText.append(fields, to: &$0) }
    }

    private func append(_ add: (inout [UInt8]) -> Void) async throws {
        let full: [UInt8]? = buffer.withLock { buffer in
            add(&buffer)
            guard buffer.count >= Self.chunkSize else { return nil }
            defer { buffer = [] }
            return buffer
        }
        if let full { try await lease.perform(Request(.copyData(lease.id, full))) }
    }

    func flush() async throws {
        let rest = buffer.withLock { buffer in
            defer { buffer = [] }
            return buffer
        }
        if !rest.isEmpty { try await lease.perform(Request(.copyData(lease.id, rest))) }
    }
}

/// COPY's text format. Source: "COPY, Text Format" in the Postgres documentation.
enum CopyText {
    static func append(_ fields: [String?], to buffer: inout [UInt8]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: "\t")) }
            guard let field else {
                buffer.append(contentsOf: #"\N"#.utf8)
                continue
            }
            for byte in field.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): buffer.append(contentsOf: #"\\"#.utf8)
                case UInt8(ascii: "\t"): buffer.append(contentsOf: #"\t"#.utf8)
                case UInt8(ascii: "\n"): buffer.append(contentsOf: #"\n"#.utf8)
                case UInt8(ascii: "\r"): buffer.append(contentsOf: #"\r"#.utf8)
                default: buffer.append(byte)
                }
            }
        }
        buffer.append(UInt8(ascii: "\n"))
    }
}

/// The data of a `COPY … TO STDOUT`, in chunks of whole rows. Iterate once.
public struct PostgresCopyChunks: AsyncSequence, Sendable {
    let lease: Lease

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(lease: lease)
    }

    /// Reads chunk after chunk.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let lease: Lease

        /// The next rows; `nil` after the last.
        ///
        /// - Throws: ``PostgresError``.
        public mutating func next() async throws -> [UInt8]? {
            let request = Request(.copyRead(lease.id))
            try await lease.perform(request)
            return request.bytes
        }
    }
}
