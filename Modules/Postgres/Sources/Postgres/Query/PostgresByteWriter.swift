#if canImport(Glibc)
import Glibc
#endif

/// Collects the binary form of values, in Postgres' network byte order.
///
/// All values of a query share one buffer. What cannot be encoded is recorded with ``fail(_:)``: the query
/// then throws when it is executed, before anything is sent.
public struct PostgresByteWriter: Sendable {
    @usableFromInline var buffer: [UInt8]
    @usableFromInline var isNull = false
    @usableFromInline private(set) var failure: PostgresError?

    @usableFromInline
    init(capacity: Int = 0) {
        buffer = []
        if capacity > 0 { buffer.reserveCapacity(capacity) }
    }

    /// Appends an integer, most significant byte first.
    @inlinable
    public mutating func write<T: FixedWidthInteger>(integer value: T) {
        withUnsafeBytes(of: value.bigEndian) { buffer.append(contentsOf: $0) }
    }

    /// Appends one byte.
    @inlinable
    public mutating func write(byte: UInt8) {
        buffer.append(byte)
    }

    /// Appends bytes as they are.
    @inlinable
    public mutating func write(bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// Appends the UTF-8 form of a text. Postgres cannot store U+0000, so a text that holds one is refused.
    public mutating func write(string: String) {
        if string.holdsNul { return fail("a text holds U+0000, which Postgres cannot store") }
        var string = string
        string.withUTF8 { buffer.append(contentsOf: $0) }
    }

    /// Makes the value that is being encoded NULL; it must not have written any bytes.
    @inlinable
    public mutating func writeNull() {
        isNull = true
    }

    /// Refuses the value. The first reason is kept; it must not quote the value.
    public mutating func fail(_ reason: String) {
        fail(.encoding(reason))
    }

    mutating func fail(_ error: PostgresError) {
        if failure == nil { failure = error }
    }

    /// Appends a value as Postgres frames them in arrays and rows: its length in 4 bytes (−1 for NULL), its bytes.
    @inlinable
    public mutating func write<T: PostgresEncodable>(framed value: T) {
        let start = buffer.count
        write(integer: Int32(-1))
        value.encode(into: &self)
        if isNull {
            isNull = false
        } else {
            patch(length: buffer.count - start - 4, at: start)
        }
    }

    @usableFromInline
    mutating func patch(length: Int, at offset: Int) {
        guard let length = Int32(exactly: length) else { return fail("a value is larger than 2 GiB") }
        buffer.withUnsafeMutableBytes { $0.storeBytes(of: length.bigEndian, toByteOffset: offset, as: Int32.self) }
    }
}

extension String {
    /// Whether it holds U+0000, at which C would end it.
    var holdsNul: Bool {
        var string = self
        return string.withUTF8 { utf8 in
            guard let base = utf8.baseAddress else { return false }
            return memchr(base, 0, utf8.count) != nil
        }
    }
}
