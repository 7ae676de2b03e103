/// An integer that is sent as one of Postgres' integer types and read from any of them that fits.
public protocol PostgresInteger: FixedWidthInteger, PostgresEncodable, PostgresDecodable {}

extension PostgresInteger {
    /// Writes the number in its own width.
    @inlinable
    public func encode(into writer: inout PostgresByteWriter) {
        writer.write(integer: self)
    }

    /// Reads `int2`, `int4`, `int8` and `oid`, and `numeric` without a fraction (what `sum(int8)` answers).
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        let wide: Int64
        switch type {
        case .int8: wide = try Int64(bigEndianBytes: bytes)
        case .int4: wide = Int64(try Int32(bigEndianBytes: bytes))
        case .int2: wide = Int64(try Int16(bigEndianBytes: bytes))
        case .oid: wide = Int64(try UInt32(bigEndianBytes: bytes))
        case .numeric:
            guard let number = try Numeric(bytes).int64 else {
                throw PostgresError.decoding("a numeric does not fit \(Self.self)")
            }
            wide = number
        default: throw PostgresError.mismatch(type, Self.self)
        }
        guard let value = Self(exactly: wide) else {
            throw PostgresError.decoding("an integer does not fit \(Self.self)")
        }
        self = value
    }
}

extension Int: PostgresInteger {
    /// `int8`
    @inlinable public static var postgresType: PostgresType { .int8 }
}

extension Int64: PostgresInteger {
    /// `int8`
    @inlinable public static var postgresType: PostgresType { .int8 }
}

extension Int32: PostgresInteger {
    /// `int4`
    @inlinable public static var postgresType: PostgresType { .int4 }
}

extension Int16: PostgresInteger {
    /// `int2`
    @inlinable public static var postgresType: PostgresType { .int2 }
}

extension Double: PostgresEncodable, PostgresDecodable {
    /// `float8`
    @inlinable public static var postgresType: PostgresType { .float8 }

    /// Writes the number; NaN and the infinities have a form in Postgres too.
    @inlinable
    public func encode(into writer: inout PostgresByteWriter) {
        writer.write(integer: bitPattern)
    }

    /// Reads `float8`, `float4`, `numeric` and the integers; the last two may be rounded.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        switch type {
        case .float8: self = Double(bitPattern: try UInt64(bigEndianBytes: bytes))
        case .float4: self = Double(Float(bitPattern: try UInt32(bigEndianBytes: bytes)))
        case .numeric: self = try Numeric(bytes).double
        default: self = Double(try Int64(postgres: bytes, type: type))
        }
    }
}

extension Float: PostgresEncodable, PostgresDecodable {
    /// `float4`
    @inlinable public static var postgresType: PostgresType { .float4 }

    /// Writes the number.
    @inlinable
    public func encode(into writer: inout PostgresByteWriter) {
        writer.write(integer: bitPattern)
    }

    /// Reads `float4`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .float4 else { throw PostgresError.mismatch(type, Self.self) }
        self = Float(bitPattern: try UInt32(bigEndianBytes: bytes))
    }
}

extension Bool: PostgresEncodable, PostgresDecodable {
    /// `bool`
    @inlinable public static var postgresType: PostgresType { .bool }

    /// Writes one byte, 0 or 1.
    @inlinable
    public func encode(into writer: inout PostgresByteWriter) {
        writer.write(byte: self ? 1 : 0)
    }

    /// Reads `bool`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .bool else { throw PostgresError.mismatch(type, Self.self) }
        self = try UInt8(bigEndianBytes: bytes) != 0
    }
}

extension FixedWidthInteger {
    /// Reads exactly as many bytes as the integer has, most significant first.
    init(bigEndianBytes bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count == MemoryLayout<Self>.size else {
            throw PostgresError.decoding("\(bytes.count) bytes where \(MemoryLayout<Self>.size) were expected")
        }
        self.init(bigEndian: bytes.loadUnaligned(as: Self.self))
    }
}

extension PostgresError {
    static func mismatch(_ type: PostgresType, _ wanted: Any.Type) -> Self {
        .decoding("a column of type \(type.rawValue) cannot be read as \(wanted)")
    }
}
