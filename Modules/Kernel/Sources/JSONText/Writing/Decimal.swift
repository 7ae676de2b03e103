/// Integers as ASCII digits, two at a time.
enum Decimal {
    /// Digits that `value` has: 1 to 20.
    static func length(_ value: UInt64) -> Int {
        var (length, rest) = (1, value)
        while rest >= 10_000 {
            length += 4
            rest /= 10_000
        }
        return length + (rest >= 1000 ? 3 : rest >= 100 ? 2 : rest >= 10 ? 1 : 0)
    }

    /// Writes the last `width` digits of `value`, with leading zeros.
    @inline(__always)
    static func write(_ value: UInt64, width: Int, to target: UnsafeMutableRawPointer) {
        var (rest, at) = (value, width)
        while at >= 2 {
            at -= 2
            let pair = UInt16(truncatingIfNeeded: rest % 100)
            rest /= 100
            // 103/1024 is near enough to 1/10 below 100. The tens digit goes into the lower byte: it comes first.
            let tens = (pair * 103) >> 10
            let digits = 0x3030 + tens + ((pair - tens * 10) << 8)
            target.storeBytes(of: digits.littleEndian, toByteOffset: at, as: UInt16.self)
        }
        if at == 1 { target.storeBytes(of: UInt8(ascii: "0") + UInt8(rest % 10), as: UInt8.self) }
    }
}
