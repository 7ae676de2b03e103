import HTTPTypes
import Kernel

/// `VIBE-K7QM-ADA`: four random characters and the beginning of the inviter's name (original-api.md, 1.10).
enum InviteCode {
    /// Without the letters and digits that look like others.
    private static let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")

    /// UTF-16 units of a code that somebody typed.
    static let limit = 32

    static func make(for handle: String, _ ids: IdentifierSource) -> String {
        // 32 signs: the lower five bits of a random byte choose evenly.
        let random = ids.bytes(4).map { alphabet[Int($0 & 31)] }
        return "VIBE-\(String(random))-\(handle.prefix(4).uppercased())"
    }

    /// As it is stored, of what somebody typed.
    static func folded(_ text: String) -> String {
        String(text.filter { !$0.isWhitespace }).uppercased()
    }
}
