#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A type whose arrays have a form in Postgres: `[String]` is `text[]`, `[UInt8]` is `bytea`.
public protocol PostgresArrayElement: Sendable {
    /// The type of an array of these.
    static var postgresArrayType: PostgresType { get }

    /// Writes an array.
    static func encode(array: [Self], into writer: inout PostgresByteWriter)

    /// Reads an array that is not NULL.
    static func decodeArray(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> [Self]
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The array type of the element; `bytea` for bytes.
    @inlinable public static var postgresType: PostgresType { Element.postgresArrayType }

    /// Writes the elements.
    @inlinable
    public func encode(into writer: inout PostgresByteWriter) {
        Element.encode(array: self, into: &writer)
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    /// Reads the elements.
    @inlinable
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        self = try Element.decodeArray(postgres: bytes, type: type)
    }
}

extension PostgresArrayElement where Self: PostgresEncodable {
    /// Writes one dimension: count of dimensions, whether there are NULLs, type of the elements, their number, the
    /// index of the first, and the framed elements. Source: `array_send` in `arrayfuncs.c` of Postgres.
    @inlinable
    public static func encode(array: [Self], into writer: inout PostgresByteWriter) {
        writer.write(integer: Int32(array.isEmpty ? 0 : 1))
        // Only a hint: the server recomputes whether there are NULLs.
        writer.write(integer: Int32(0))
        writer.write(integer: postgresType.rawValue)
        guard !array.isEmpty else { return }
        writer.write(integer: Int32(truncatingIfNeeded: array.count))
        writer.write(integer: Int32(1))
        for element in array { writer.write(framed: element) }
    }
}

extension PostgresArrayElement where Self: PostgresDecodable {
    /// Reads arrays of no or one dimension. A NULL element throws unless the element type is optional.
    public static func decodeArray(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> [Self] {
        var reader = ArrayReader(bytes)
        let dimensions = try reader.int32()
        _ = try reader.int32()
        let elementType = PostgresType(rawValue: UInt32(bitPattern: try reader.int32()))
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw PostgresError.decoding("an array of \(dimensions) dimensions") }
        let count = Int(try reader.int32())
        _ = try reader.int32()
        var elements: [Self] = []
        // Every element takes 4 bytes at least: a wrong count cannot ask for more memory than that.
        elements.reserveCapacity(min(count, bytes.count / 4))
        for _ in 0..<max(count, 0) {
            if let value = try reader.framed() {
                elements.append(try Self(postgres: value, type: elementType))
            } else {
                elements.append(try Self(postgresNull: elementType))
            }
        }
        return elements
    }
}

private struct ArrayReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func int32() throws -> Int32 {
        try Int32(bigEndianBytes: take(4))
    }

    mutating func framed() throws -> UnsafeRawBufferPointer? {
        let length = Int(try int32())
        return length < 0 ? nil : try take(length)
    }

    private mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count <= bytes.count - offset else { throw PostgresError.decoding("a malformed array") }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }
}

extension UInt8: PostgresArrayElement {
    /// Bytes are `bytea`.
    @inlinable public static var postgresArrayType: PostgresType { .bytea }

    /// Writes the bytes as they are.
    @inlinable
    public static func encode(array: [UInt8], into writer: inout PostgresByteWriter) {
        writer.write(bytes: array)
    }

    /// Reads `bytea`.
    public static func decodeArray(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> [UInt8] {
        guard type == .bytea else { throw PostgresError.mismatch(type, [UInt8].self) }
        return Array(bytes)
    }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement & PostgresEncodable & PostgresDecodable {
    /// The array type of the wrapped value: elements may be NULL.
    @inlinable public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
}

extension String: PostgresArrayElement {
    /// `text[]`
    @inlinable public static var postgresArrayType: PostgresType { .textArray }
}

extension Int: PostgresArrayElement {
    /// `int8[]`
    @inlinable public static var postgresArrayType: PostgresType { .int8Array }
}

extension Int64: PostgresArrayElement {
    /// `int8[]`
    @inlinable public static var postgresArrayType: PostgresType { .int8Array }
}

extension Int32: PostgresArrayElement {
    /// `int4[]`
    @inlinable public static var postgresArrayType: PostgresType { .int4Array }
}

extension Int16: PostgresArrayElement {
    /// `int2[]`
    @inlinable public static var postgresArrayType: PostgresType { .int2Array }
}

extension Double: PostgresArrayElement {
    /// `float8[]`
    @inlinable public static var postgresArrayType: PostgresType { .float8Array }
}

extension Bool: PostgresArrayElement {
    /// `bool[]`
    @inlinable public static var postgresArrayType: PostgresType { .boolArray }
}

extension PostgresTimestamp: PostgresArrayElement {
    /// `timestamptz[]`
    @inlinable public static var postgresArrayType: PostgresType { .timestamptzArray }
}

extension Date: PostgresArrayElement {
    /// `timestamptz[]`
    @inlinable public static var postgresArrayType: PostgresType { .timestamptzArray }
}

extension PostgresDate: PostgresArrayElement {
    /// `date[]`
    @inlinable public static var postgresArrayType: PostgresType { .dateArray }
}

extension UUID: PostgresArrayElement {
    /// `uuid[]`
    @inlinable public static var postgresArrayType: PostgresType { .uuidArray }
}

extension PostgresJSON: PostgresArrayElement {
    /// `json[]`
    @inlinable public static var postgresArrayType: PostgresType { .jsonArray }
}

extension PostgresJSONB: PostgresArrayElement {
    /// `jsonb[]`
    @inlinable public static var postgresArrayType: PostgresType { .jsonbArray }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    /// `bytea[]`
    @inlinable public static var postgresArrayType: PostgresType { .byteaArray }
}
