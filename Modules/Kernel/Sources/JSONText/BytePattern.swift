/// Tests on eight bytes at once, in a word whose lowest byte comes first in memory.
@usableFromInline
enum BytePattern {
    @usableFromInline static let lowBits: UInt64 = 0x0101_0101_0101_0101
    @usableFromInline static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Zero if no byte is below 0x20, a quote or a backslash; otherwise the lowest bit set is the highest bit of the
    /// first such byte. Bits above that one mean nothing (the subtractions borrow).
    /// From "Determine if a word has a byte less than n", Bit Twiddling Hacks.
    @inlinable @inline(__always)
    static func needsEscape(_ word: UInt64) -> UInt64 {
        let quote = word ^ (lowBits &* 0x22)
        let backslash = word ^ (lowBits &* 0x5C)
        let control = (word &- lowBits &* 0x20) & ~word
        return (control | (quote &- lowBits) & ~quote | (backslash &- lowBits) & ~backslash) & highBits
    }
}
