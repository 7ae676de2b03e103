import Kernel

/// Ids that clients choose for their messages, so that a retry is known as one.
enum MessageID {
    /// What the id of a welcome begins with, followed by the handle. Nobody else may use it: whoever took the id of a
    /// newcomer's welcome would keep it from being sent.
    static let welcomePrefix = "welcome_"

    /// - Returns: whether `id` is 1 to 64 of `A-Z a-z 0-9 _ . : -`.
    static func isWellFormed(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Checks an id from a request.
    static func check(_ id: String, field: String) throws(APIError) {
        guard isWellFormed(id) else {
            throw .invalid(field: field, "must be 1 to 64 of the characters A-Z a-z 0-9 _ . : -")
        }
    }
}
