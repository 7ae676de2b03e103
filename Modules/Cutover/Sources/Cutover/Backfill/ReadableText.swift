/// Texts of the old store in the form that Postgres can hold.
public enum ReadableText {
    /// U+0000, which Postgres' text cannot hold, becomes U+FFFD.
    public static func withoutNUL(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }

    /// A name or id that fits an index (2,704 bytes in Postgres): a longer one ends in a hash of the whole.
    public static func bounded(_ text: String) -> String {
        guard text.utf8.count > 1_000 else { return text }
        return String(text.unicodeScalars.prefix(200)) + "~" + hash(text.utf8)
    }

    /// FNV-1a of 64 bits, in 16 hexadecimal digits: the same on every run.
    public static func hash(_ bytes: some Sequence<UInt8>) -> String {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
