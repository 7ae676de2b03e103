/// What the escapes of a JSON string stand for. Its input has been validated by `JSONScanner`.
enum StringEscape {
    /// The UTF-16 unit that four hexadecimal digits spell; nil if one is none.
    static func hexUnit(_ digits: UnsafePointer<UInt8>) -> UInt16? {
        var unit: UInt16 = 0
        for index in 0..<4 {
            let digit: UInt8
            switch digits[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = digits[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = digits[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = digits[index] - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// The unit of the escape at `bytes`, and the escape's length: 2 or 6 bytes.
    static func unit(_ bytes: UnsafePointer<UInt8>) -> (unit: UInt16, length: Int) {
        switch bytes[1] {
        case UInt8(ascii: "b"): (0x08, 2)
        case UInt8(ascii: "f"): (0x0C, 2)
        case UInt8(ascii: "n"): (0x0A, 2)
        case UInt8(ascii: "r"): (0x0D, 2)
        case UInt8(ascii: "t"): (0x09, 2)
        case UInt8(ascii: "u"): (hexUnit(bytes + 2) ?? 0xFFFD, 6)
        default: (UInt16(bytes[1]), 2)
        }
    }

    /// The text that `content`, a string without its quotes, stands for; lone surrogates become U+FFFD.
    static func decode(_ content: UnsafeBufferPointer<UInt8>) -> String {
        guard let base = content.baseAddress else { return "" }
        // No escape is shorter than what it stands for in UTF-8.
        return String(unsafeUninitializedCapacity: content.count) { output in
            var (read, written) = (0, 0)
            while read < content.count {
                guard base[read] == UInt8(ascii: "\\") else {
                    output[written] = base[read]
                    read += 1
                    written += 1
                    continue
                }
                let (unit, length) = unit(base + read)
                read += length
                var scalar = Unicode.Scalar(unit) ?? "\u{FFFD}"
                if UTF16.isLeadSurrogate(unit), read < content.count, base[read] == UInt8(ascii: "\\") {
                    let (trail, length) = Self.unit(base + read)
                    if UTF16.isTrailSurrogate(trail) {
                        read += length
                        scalar = UTF16.decode(UTF16.EncodedScalar([unit, trail]))
                    }
                }
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    output[written] = byte
                    written += 1
                }
            }
            return written
        }
    }

    /// The same as UTF-16, lone surrogates kept, as JavaScript would hold it.
    static func units(_ content: UnsafeBufferPointer<UInt8>) -> [UInt16] {
        guard let base = content.baseAddress else { return [] }
        var units: [UInt16] = []
        units.reserveCapacity(content.count)
        var read = 0
        while read < content.count {
            if base[read] == UInt8(ascii: "\\") {
                let (unit, length) = unit(base + read)
                units.append(unit)
                read += length
            } else {
                let start = read
                while read < content.count, base[read] != UInt8(ascii: "\\") { read += 1 }
                let run = UnsafeBufferPointer(start: base + start, count: read - start)
                units.append(contentsOf: String(decoding: run, as: UTF8.self).utf16)
            }
        }
        return units
    }
}

extension String {
    /// Length in UTF-16 units, as the clients count text, from the bytes alone (`utf16.count` would
    /// build an index of the string first).
    public var utf16Count: Int {
        var copy = self
        return copy.withUTF8 { bytes in
            var count = 0
            // A character has one byte that is no continuation; of four bytes, it has two units.
            for byte in bytes { count += (byte & 0xC0 != 0x80 ? 1 : 0) + (byte >= 0xF0 ? 1 : 0) }
            return count
        }
    }
}
