/// The values of one query in one buffer.
///
/// Each value is framed by its type (4 bytes), its length (4 bytes, −1 for NULL) and its bytes, numbers in network
/// byte order: one allocation per query, and one walk on the loop to hand the values to libpq.
@usableFromInline
struct PostgresParameters: Sendable {
    @usableFromInline var writer: PostgresByteWriter
    @usableFromInline private(set) var count = 0
    /// Tells apart the lists of types one SQL text is used with: part of the key of prepared statements.
    @usableFromInline private(set) var signature: UInt64 = 0

    /// Protocol limit: the number of parameters travels in 16 bits.
    @usableFromInline static var maximumCount: Int { 65535 }

    @usableFromInline
    init(capacity: Int = 0) {
        // 8 bytes of frame and room for a handle, an id or a number.
        writer = PostgresByteWriter(capacity: capacity * 32)
    }

    @inlinable
    mutating func append<T: PostgresEncodable>(_ value: T) {
        begin(T.postgresType)
        writer.write(framed: value)
    }

    mutating func append(_ bind: PostgresBind) {
        begin(bind.type)
        if let failure = bind.failure { writer.fail(failure) }
        if let bytes = bind.bytes {
            writer.write(integer: Int32(0))
            writer.write(bytes: bytes)
            writer.patch(length: bytes.count, at: writer.buffer.count - bytes.count - 4)
        } else {
            writer.write(integer: Int32(-1))
        }
    }

    @usableFromInline
    mutating func begin(_ type: PostgresType) {
        count += 1
        if count > Self.maximumCount { writer.fail("a query has more than \(Self.maximumCount) values") }
        // FNV-1a, a type at a time.
        signature = (signature ^ UInt64(type.rawValue)) &* 0x100_0000_01b3 &+ 1
        writer.write(integer: type.rawValue)
    }

    /// Why a value could not be encoded.
    var failure: PostgresError? { writer.failure }

    /// Calls `each` with each value's type and bytes (`nil` for NULL), in order, and then `body`, until whose end the
    /// bytes are valid.
    @inline(__always)
    func withValues<R>(
        _ each: (_ index: Int, _ type: UInt32, _ bytes: UnsafeRawBufferPointer?) -> Void,
        then body: () -> R
    ) -> R {
        writer.buffer.withUnsafeBytes { buffer in
            var offset = 0
            for index in 0..<count {
                let type = UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                let length = Int(Int32(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 4, as: Int32.self)))
                offset += 8
                if length < 0 {
                    each(index, type, nil)
                } else {
                    each(index, type, UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + length]))
                    offset += length
                }
            }
            return body()
        }
    }

    var binds: [PostgresBind] {
        var binds: [PostgresBind] = []
        binds.reserveCapacity(count)
        return withValues { _, type, bytes in
            binds.append(PostgresBind(type: .init(rawValue: type), bytes: bytes.map { Array($0) }, failure: failure))
        } then: {
            binds
        }
    }
}
