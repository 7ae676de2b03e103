/// Writes JSON into memory: commas set by themselves, no intermediate strings.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.key("id")
///     json.string(id)
///     json.endObject()
///
/// It trusts its caller to nest well and to write a key before each member's value. It cannot be copied, so
/// appending checks nothing but the room left.
public struct JSONWriter: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    /// Whether the memory is the writer's own, which it lets go of in the end.
    @usableFromInline var isOwner: Bool
    @usableFromInline var written = 0
    /// Whether a value was completed right before this point, so that a comma must precede the next one.
    @usableFromInline var needsComma = false

    /// - Parameter capacity: bytes to make room for at first; it doubles when full.
    public init(capacity: Int = 1024) {
        self.capacity = max(capacity, 64)
        base = .allocate(byteCount: self.capacity, alignment: 8)
        isOwner = true
    }

    /// Writes into `room`, and into memory of its own once that is full: ``isInPlace`` tells.
    ///
    /// - Parameter room: must outlive the writer.
    public init(in room: UnsafeMutableRawBufferPointer) {
        isOwner = room.baseAddress == nil
        capacity = isOwner ? 64 : room.count
        base = room.baseAddress ?? .allocate(byteCount: 64, alignment: 8)
    }

    deinit { if isOwner { base.deallocate() } }

    /// Whether everything was written into the memory given at the beginning.
    public var isInPlace: Bool { !isOwner }

    /// Bytes written so far.
    @inlinable
    public var count: Int { written }

    /// A copy of all that was written.
    public var bytes: [UInt8] { withBytes { Array($0) } }

    /// Calls `body` with what was written, without a copy. The bytes must not leave the closure.
    @inlinable
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: base, count: written))
    }

    /// Forgets what was written, keeps the room.
    public mutating func removeAll() {
        written = 0
        needsComma = false
    }

    /// Makes room for `extra` more bytes.
    @inlinable @inline(__always)
    public mutating func reserve(_ extra: Int) {
        if written + extra > capacity { grow(by: extra) }
    }

    @usableFromInline @inline(never)
    mutating func grow(by extra: Int) {
        capacity = max(capacity * 2, written + extra)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: base, byteCount: written)
        if isOwner { base.deallocate() }
        base = larger
        isOwner = true
    }

    // MARK: Structure

    @inlinable
    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    @inlinable
    public mutating func endObject() { close(UInt8(ascii: "}")) }

    @inlinable
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    @inlinable
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// A member's name that needs no escape, as literals in code are.
    @inlinable
    public mutating func key(_ name: StaticString) {
        assert(name.withUTF8Buffer { $0.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C } }, "use key(escaping:)")
        name.withUTF8Buffer { name in
            reserve(name.count + 4)
            separate()
            put(UInt8(ascii: "\""))
            copy(UnsafeRawBufferPointer(name))
            put(UInt8(ascii: "\""))
            put(UInt8(ascii: ":"))
        }
        needsComma = false
    }

    /// A member's name that is data.
    public mutating func key(escaping name: String) {
        string(name)
        endKey()
    }

    /// The colon that makes the string just written a member's name.
    mutating func endKey() {
        reserve(1)
        put(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Scalars and splices

    @inlinable
    public mutating func bool(_ value: Bool) { value ? literal("true") : literal("false") }

    @inlinable
    public mutating func null() { literal("null") }

    /// Splices a value that is valid JSON already.
    @inlinable
    public mutating func raw(_ value: UnsafeRawBufferPointer) {
        reserve(value.count + 1)
        separate()
        copy(value)
        needsComma = true
    }

    /// Splices a value that is valid JSON already.
    @inlinable
    public mutating func raw(_ value: [UInt8]) { value.withUnsafeBytes { raw($0) } }

    /// Splices a value that is valid JSON already.
    @inlinable
    public mutating func raw(_ value: ArraySlice<UInt8>) { value.withUnsafeBytes { raw($0) } }

    /// Splices a scanned value, byte for byte.
    public mutating func raw(_ value: JSONValue) { value.withRawBytes { raw($0) } }

    /// Writes a value once more that stands in what was written.
    ///
    /// - Parameter range: offsets of the value, as ``count`` told them before and after it was written.
    public mutating func again(_ range: Range<Int>) {
        reserve(range.count + 1)
        separate()
        copy(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
        needsComma = true
    }

    // MARK: Pieces. Each trusts that room was reserved

    /// The comma before a value or key, if one is due.
    @inlinable @inline(__always)
    mutating func separate() {
        if needsComma { put(UInt8(ascii: ",")) }
    }

    @inlinable @inline(__always)
    mutating func put(_ byte: UInt8) {
        base.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
        written += 1
    }

    @inlinable @inline(__always)
    mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        (base + written).copyMemory(from: source, byteCount: bytes.count)
        written += bytes.count
    }

    @inlinable @inline(__always)
    mutating func literal(_ text: StaticString) {
        text.withUTF8Buffer { raw(UnsafeRawBufferPointer($0)) }
    }

    @inlinable @inline(__always)
    mutating func open(_ bracket: UInt8) {
        reserve(2)
        separate()
        put(bracket)
        needsComma = false
    }

    @inlinable @inline(__always)
    mutating func close(_ bracket: UInt8) {
        reserve(1)
        put(bracket)
        needsComma = true
    }
}

// Sound: the writer cannot be copied, so its memory has one user, and no method hands out its address beyond a closure's
// call. Memory that was lent to it is nobody else's until the writer is gone, as `init(in:)` asks.
extension JSONWriter: @unchecked Sendable {}
