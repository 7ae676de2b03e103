extension JSONWriter {
    /// An integer of at most 64 bits, in decimal digits.
    @inlinable
    public mutating func int(_ value: some FixedWidthInteger) {
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
        // Every integer up to 2^53 is exact and plain. (`Int64(exactly:)` would need libm.)
        guard value.magnitude <= 0x1p53, Double(Int64(value)) == value else {
            return DecimalForm(value).javaScript.withUTF8Copy { raw($0) }
        }
        int(Int64(value))
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
        let length = Decimal.length(value)
        Decimal.write(value, width: length, to: base + written)
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
