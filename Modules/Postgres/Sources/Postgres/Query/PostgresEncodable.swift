/// A value that can be bound to a parameter of a query, in Postgres' binary form.
public protocol PostgresEncodable: Sendable {
    /// The type the parameter is declared with.
    static var postgresType: PostgresType { get }

    /// Writes the binary form, or calls ``PostgresByteWriter/writeNull()``.
    func encode(into writer: inout PostgresByteWriter)
}

/// A value that can be read from a column, in Postgres' binary form.
public protocol PostgresDecodable {
    /// Reads a value that is not NULL.
    ///
    /// - Parameters:
    ///   - bytes: the binary form; valid only during the call.
    ///   - type: the column's type.
    /// - Throws: ``PostgresError`` of kind `decoding` when the type does not fit or the bytes are malformed.
    init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws

    /// Stands for NULL. Unless the type has a value for it, as `Optional` does, this throws.
    init(postgresNull type: PostgresType) throws
}

extension PostgresDecodable {
    /// NULL has no value of this type.
    public init(postgresNull type: PostgresType) throws {
        throw PostgresError.decoding("unexpected NULL for \(Self.self)")
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The type of the wrapped value.
    @inlinable public static var postgresType: PostgresType { Wrapped.postgresType }

    /// Writes the wrapped value; `nil` is NULL.
    @inlinable
    public func encode(into writer: inout PostgresByteWriter) {
        if let value = self { value.encode(into: &writer) } else { writer.writeNull() }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Reads the wrapped value.
    @inlinable
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        self = .some(try Wrapped(postgres: bytes, type: type))
    }

    /// NULL is `nil`.
    @inlinable
    public init(postgresNull type: PostgresType) throws {
        self = .none
    }
}
