extension JSONWriter {
    /// Text, escaped where RFC 8259 asks for it: quotes, backslashes, controls. Everything else as it is.
    @inlinable
    public mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// Text from its bytes, which must be valid UTF-8: they are not checked.
    public mutating func string(utf8 text: UnsafeRawBufferPointer) {
        // Eight spare bytes: whole words are stored, of which only the clean part counts.
        reserve(text.count + 3 + 8)
        separate()
        put(UInt8(ascii: "\""))
        var at = 0
        while at + 8 <= text.count {
            let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            base.storeBytes(of: word, toByteOffset: written, as: UInt64.self)
            let special = BytePattern.needsEscape(UInt64(littleEndian: word))
            // Of zero, 64: all eight bytes are clean.
            let clean = special.trailingZeroBitCount / 8
            written += clean
            at += clean
            if special != 0 {
                escape(text[at], remaining: text.count - at)
                at += 1
            }
        }
        while at < text.count {
            let byte = text[at]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                escape(byte, remaining: text.count - at)
            } else {
                put(byte)
            }
            at += 1
        }
        put(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes one escape and makes room again for what `string(utf8:)` has left to write, with its spare bytes.
    @inline(never)
    private mutating func escape(_ byte: UInt8, remaining: Int) {
        reserve(remaining + 6 + 1 + 8)
        putEscape(UInt16(byte))
    }

    /// The escape of one UTF-16 unit as JSON.stringify spells it: the short form if there is one, otherwise
    /// four hexadecimal digits in lower case. Room for six bytes must be reserved.
    mutating func putEscape(_ unit: UInt16) {
        put(UInt8(ascii: "\\"))
        switch unit {
        case 0x22, 0x5C: put(UInt8(unit))
        case 0x08: put(UInt8(ascii: "b"))
        case 0x09: put(UInt8(ascii: "t"))
        case 0x0A: put(UInt8(ascii: "n"))
        case 0x0C: put(UInt8(ascii: "f"))
        case 0x0D: put(UInt8(ascii: "r"))
        default:
            put(UInt8(ascii: "u"))
            for shift in [12, 8, 4, 0] as [UInt16] {
                let digit = UInt8(unit >> shift & 0xF)
                put(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a"))
            }
        }
    }
}
