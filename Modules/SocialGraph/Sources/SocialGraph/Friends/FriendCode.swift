import HTTPTypes
import Kernel

/// A code that makes friends of its owner and whoever claims it. Its owner's client chooses it.
enum FriendCode {
    /// Days that a code is good for (original-kv-layout.md, 3.4).
    static let lifetimeDays: Int64 = 7

    /// Characters of a code: short ones could be guessed.
    static let lengths = 6...64

    /// - Throws: 400 that names the field.
    static func check(_ code: String, field: String) throws(APIError) {
        let isWellFormed = code.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isWellFormed, lengths.contains(code.utf8.count) else {
            throw .invalid(
                field: field,
                "has \(lengths.lowerBound) to \(lengths.upperBound) letters, digits, hyphens and underscores."
            )
        }
    }
}
