import HTTPTypes
import Kernel

/// An address, lower-cased: something, `@`, something with a dot, no spaces (original-api.md, 1.15).
struct EmailAddress: Sendable, Hashable {
    let text: String

    /// Bytes of the longest address that can be written to (RFC 5321, 4.5.3.1.3, without its brackets).
    static let limit = 254

    /// - Throws: 400 that names the field.
    init(_ input: String, field: String) throws(APIError) {
        var slice = input[...]
        while let first = slice.first, first.isWhitespace { slice.removeFirst() }
        while let last = slice.last, last.isWhitespace { slice.removeLast() }
        let text = slice.lowercased()
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlausible =
            parts.count == 2 && !parts[0].isEmpty && text.utf8.count <= Self.limit
            && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
            && parts[1].split(separator: ".", omittingEmptySubsequences: false).count >= 2
            && !parts[1].split(separator: ".", omittingEmptySubsequences: false).contains("")
        guard isPlausible else { throw .invalid(field: field, "must be an e-mail address.") }
        self.text = text
    }
}
