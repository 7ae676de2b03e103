extension JSONWriter {
    /// Text from UTF-16 units; lone surrogates are escaped, as well-formed JSON.stringify does.
    ///
    /// - Parameter onlyASCII: escape everything but printable ASCII, as Python's `ensure_ascii` does.
    mutating func string(utf16 units: [UInt16], onlyASCII: Bool) {
        // The longest form of a unit is `\uXXXX`.
        reserve(units.count * 6 + 3)
        separate()
        put(UInt8(ascii: "\""))
        var at = 0
        while at < units.count {
            let unit = units[at]
            at += 1
            switch unit {
            case 0x22, 0x5C, 0..<0x20: putEscape(unit)
            case 0..<0x7F: put(UInt8(unit))
            case _ where onlyASCII: putEscape(unit)
            default:
                if let scalar = Unicode.Scalar(unit) {
                    put(scalar)
                } else if UTF16.isLeadSurrogate(unit), at < units.count, UTF16.isTrailSurrogate(units[at]) {
                    put(UTF16.decode(UTF16.EncodedScalar([unit, units[at]])))
                    at += 1
                } else {
                    putEscape(unit)
                }
            }
        }
        put(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { put(byte) }
    }
}
