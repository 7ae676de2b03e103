/// One encoded value of a query, for SQL that is not written as an interpolated literal.
public struct PostgresBind: Sendable {
    /// The type the parameter is declared with.
    public let type: PostgresType
    /// The binary form; `nil` is NULL.
    public let bytes: [UInt8]?
    let failure: PostgresError?

    /// Encodes a value; `nil` is NULL.
    public init(_ value: some PostgresEncodable) {
        var writer = PostgresByteWriter()
        value.encode(into: &writer)
        self.init(
            type: Swift.type(of: value).postgresType,
            bytes: writer.isNull ? nil : writer.buffer,
            failure: writer.failure
        )
    }

    init(type: PostgresType, bytes: [UInt8]?, failure: PostgresError? = nil) {
        self.type = type
        self.bytes = bytes
        self.failure = failure
    }
}
