#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension UUID: PostgresEncodable, PostgresDecodable {
    /// `uuid`
    @inlinable public static var postgresType: PostgresType { .uuid }

    /// Writes the 16 bytes.
    public func encode(into writer: inout PostgresByteWriter) {
        withUnsafeBytes(of: uuid) { writer.write(bytes: $0) }
    }

    /// Reads `uuid`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .uuid else { throw PostgresError.mismatch(type, Self.self) }
        guard bytes.count == MemoryLayout<uuid_t>.size else { throw PostgresError.decoding("a malformed uuid") }
        self.init(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
