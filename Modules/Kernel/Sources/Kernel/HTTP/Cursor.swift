import Foundation
import HTTPTypes

/// An opaque place in a list: what `next` gives and `cursor` takes back.
///
/// It holds the sort key of the last row given, so that paging is exact while the list changes. Not signed: it can
/// only name a place in a list that its bearer may read anyway.
public struct Cursor: Sendable, Hashable {
    public let parts: [String]

    public init(_ parts: [String]) {
        self.parts = parts
    }

    /// Base 64 without padding, in the alphabet for addresses.
    public var text: String {
        let base64 = Data(parts.joined(separator: "\n").utf8).base64EncodedString()
        return String(
            decoding: base64.utf8.compactMap { byte -> UInt8? in
                switch byte {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                case UInt8(ascii: "="): nil
                default: byte
                }
            },
            as: UTF8.self
        )
    }

    /// - Parameter count: how many parts the list's cursors have.
    /// - Throws: 400 `invalid_cursor` for anything this service did not give out.
    public init(_ text: String, count: Int) throws(APIError) {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard text.utf8.count <= 512, let data = Data(base64Encoded: base64),
            let decoded = String(validating: data, as: UTF8.self), !decoded.utf8.contains(0)
        else { throw Cursor.invalid }
        parts = decoded.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == count else { throw Cursor.invalid }
    }

    /// The part as a whole number.
    public func int(_ index: Int) throws(APIError) -> Int64 {
        guard let number = Int64(parts[index]) else { throw Cursor.invalid }
        return number
    }

    private static let invalid = APIError(
        .badRequest,
        code: "invalid_cursor",
        "cursor is not one that this service gave out.",
        field: "cursor"
    )
}
