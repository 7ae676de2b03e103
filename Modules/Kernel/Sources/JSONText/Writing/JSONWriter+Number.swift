extension JSONWriter {
    /// An integer in decimal digits.
    @inlinable
    public mutating func int(_ value: some BinaryInteger & FixedWidthInteger) {
        reserve(21)
        separate()
        if value < 0 { put(UInt8(ascii: "-")) }
        putDigits(UInt64(value.magnitude))
        needsComma = true
    }

    /// A number in the form of JavaScript's `Number.prototype.toString`; null if infinite or not a number, as
    /// JSON.stringify has it.
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        guard let integer = Int64(exactly: value), integer.magnitude < 1 << 53 else {
            return DecimalForm(value).javaScript.withUTF8Copy { raw($0) }
        }
        int(integer)
    }

    /// A time as `"2026-01-08T16:23:44.123456Z"`, always of this width.
    ///
    /// - Parameter microsecondsSinceEpoch: since 1970-01-01T00:00:00Z; held within the years 0000 to 9999.
    public mutating func timestamp(microsecondsSinceEpoch: Int64) {
        reserve(3 + Timestamp.width)
        separate()
        put(UInt8(ascii: "\""))
        Timestamp.write(microsecondsSinceEpoch, to: base + written)
        written += Timestamp.width
        put(UInt8(ascii: "\""))
        needsComma = true
    }

    /// A time as a number of whole milliseconds since 1970-01-01T00:00:00Z, rounded down.
    public mutating func epochMilliseconds(microsecondsSinceEpoch: Int64) {
        int(microsecondsSinceEpoch.flooredQuotient(1000).quotient)
    }

    @usableFromInline
    mutating func putDigits(_ value: UInt64) {
        var (length, bound) = (1, UInt64(10))
        while length < 20, value >= bound {
            length += 1
            // Beyond 19 digits the bound would overflow; 20 is the most a value can have.
            bound = length < 20 ? bound &* 10 : .max
        }
        var (value, at) = (value, written + length)
        repeat {
            at -= 1
            base.storeBytes(
                of: UInt8(truncatingIfNeeded: value % 10) + UInt8(ascii: "0"),
                toByteOffset: at,
                as: UInt8.self
            )
            value /= 10
        } while value > 0
        written += length
    }
}

extension String {
    /// Calls `body` with the string's UTF-8.
    func withUTF8Copy(_ body: (UnsafeRawBufferPointer) -> Void) {
        var copy = self
        copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
