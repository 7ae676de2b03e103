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
        while at < text.count {
            at = copyClean(text, from: at)
            if at < text.count {
                escape(text[at], remaining: text.count - at)
                at += 1
            }
        }
        put(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Copies from `start` up to the first byte that needs an escape, and returns its offset, or the end's.
    ///
    /// Looks and copies in one go, eight bytes at a time. Works on local variables: the compiler must assume that
    /// a store through `base` changes the writer's own properties, and would load them anew each time.
    private mutating func copyClean(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        let (output, end) = (base + written, text.count)
        var at = start
        defer { written += at - start }
        while at + 8 <= end {
            let special = Self.copyWord(text, at, to: output + (at - start))
            // A branch, not arithmetic: the next word need not wait for this one's outcome.
            if special != 0 {
                at += special.trailingZeroBitCount / 8
                return at
            }
            at += 8
        }
        // The rest as a whole word that ends with the text, if the bytes it repeats were copied as they are.
        if at < end, end - start >= 8, Self.copyWord(text, end - 8, to: output + (end - 8 - start)) == 0 {
            at = end
        }
        while at < end, !Self.needsEscape(text[at]) {
            output.storeBytes(of: text[at], toByteOffset: at - start, as: UInt8.self)
            at += 1
        }
        return at
    }

    /// Copies eight bytes and returns `BytePattern.needsEscape` of them.
    @inline(__always)
    private static func copyWord(_ text: UnsafeRawBufferPointer, _ at: Int, to output: UnsafeMutableRawPointer)
        -> UInt64
    {
        let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        output.storeBytes(of: word, as: UInt64.self)
        return BytePattern.needsEscape(UInt64(littleEndian: word))
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
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
