/// A JSON text, validated once, with the place of every value in it.
///
/// Strict RFC 8259: valid UTF-8 without a byte order mark, containers nested at most 64 deep, nothing but white
/// space after the value. Duplicate member names are allowed. Copying a document is cheap; values keep it alive.
public struct JSONDocument: Sendable {
    let storage: JSONStorage

    /// Takes the bytes over without copying them.
    public init(_ bytes: [UInt8]) throws(JSONError) {
        let tokens = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONError) in try JSONScanner.scan(bytes) }
        storage = JSONStorage(bytes, tokens)
    }

    /// Copies the bytes: of a slice, a raw buffer, a `ByteBufferView`, a string's `utf8`.
    public init(_ bytes: some Sequence<UInt8>) throws(JSONError) {
        try self.init(Array(bytes))
    }

    /// The value that the text is.
    public var root: JSONValue { JSONValue(storage: storage, index: 0) }

    /// The whole text, white space included.
    public var bytes: [UInt8] { storage.bytes }
}

/// What the values of a document share.
final class JSONStorage: Sendable {
    let bytes: [UInt8]
    let tokens: [JSONToken]

    init(_ bytes: [UInt8], _ tokens: [JSONToken]) {
        self.bytes = bytes
        self.tokens = tokens
    }

    /// The content of the string at `index`, without its quotes, escapes as they stand.
    @inline(__always)
    func withContent<R>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let token = tokens[index]
        return bytes.withUnsafeBufferPointer { body(.init(rebasing: $0[Int(token.start) + 1..<Int(token.end) - 1])) }
    }
}
