extension String: PostgresEncodable, PostgresDecodable {
    /// `text`, which Postgres converts to `varchar` and `name` by itself.
    @inlinable public static var postgresType: PostgresType { .text }

    /// Writes UTF-8. A text with U+0000 is refused: Postgres cannot store it.
    @inlinable
    public func encode(into writer: inout PostgresByteWriter) {
        writer.write(string: self)
    }

    /// Reads every type whose binary form is its text: `text`, `varchar`, `char(n)`, `name`, `json`, `xml` and
    /// enums; also `jsonb`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        switch type {
        case .text, .varchar, .bpchar, .name, .json, .xml, .unknown, .char:
            self.init(decoding: bytes, as: UTF8.self)
        case .jsonb:
            self.init(decoding: try jsonbText(bytes), as: UTF8.self)
        case _ where type.isUserDefined:
            self.init(decoding: bytes, as: UTF8.self)
        default:
            throw PostgresError.mismatch(type, Self.self)
        }
    }
}

/// A JSON document as text, kept byte for byte: column type `json`.
public struct PostgresJSON: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    /// The document.
    public var text: String

    /// Wraps a document. The server checks that it is JSON.
    public init(_ text: String) {
        self.text = text
    }

    /// `json`
    @inlinable public static var postgresType: PostgresType { .json }

    /// Writes the text as it is.
    public func encode(into writer: inout PostgresByteWriter) {
        writer.write(string: text)
    }

    /// Reads `json` and `jsonb`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .json || type == .jsonb else { throw PostgresError.mismatch(type, Self.self) }
        text = try String(postgres: bytes, type: type)
    }
}

/// A JSON document in Postgres' parsed form: column type `jsonb`. Key order, spaces and doubled keys are lost.
public struct PostgresJSONB: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    /// The document.
    public var text: String

    /// Wraps a document. The server checks that it is JSON.
    public init(_ text: String) {
        self.text = text
    }

    /// `jsonb`
    @inlinable public static var postgresType: PostgresType { .jsonb }

    /// Writes the version of the binary form, 1, and the text.
    public func encode(into writer: inout PostgresByteWriter) {
        writer.write(byte: 1)
        writer.write(string: text)
    }

    /// Reads `jsonb` and `json`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .json || type == .jsonb else { throw PostgresError.mismatch(type, Self.self) }
        text = try String(postgres: bytes, type: type)
    }
}

/// Drops the version, 1, with which the binary form of `jsonb` begins (`jsonb_send` of Postgres).
private func jsonbText(_ bytes: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
    guard bytes.first == 1 else { throw PostgresError.decoding("a jsonb of an unknown version") }
    return UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
}
