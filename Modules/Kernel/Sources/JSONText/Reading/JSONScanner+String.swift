extension JSONScanner {
    /// Reads the string whose opening quote is the next byte: its escapes and its UTF-8 are checked, noted is
    /// what a reader would have to look for otherwise.
    mutating func scanString() throws(JSONError) {
        let start = at
        var flags: JSONToken.Flags = []
        at += 1
        while true {
            skipPlainASCII()
            guard at < count else { throw JSONError(.unexpectedEnd, at: at) }
            switch base[at] {
            case UInt8(ascii: "\""):
                at += 1
                return append(.string, from: start, flags: flags)
            case UInt8(ascii: "\\"):
                flags.insert(.escaped)
                try scanEscape(&flags)
            case 0..<0x20:
                throw JSONError(.controlCharacter, at: at)
            case 0x80...:
                try skipMultibyte()
            default:
                at += 1
            }
        }
    }

    /// Steps over bytes that need no look of their own, eight at a time.
    @inline(__always)
    private mutating func skipPlainASCII() {
        while at + 8 <= count {
            let word = UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
            let special = BytePattern.needsEscape(UInt64(littleEndian: word)) | word.littleEndian & BytePattern.highBits
            // A branch, not arithmetic: the next word need not wait for this one's outcome.
            if special != 0 {
                at += special.trailingZeroBitCount / 8
                return
            }
            at += 8
        }
    }

    private mutating func scanEscape(_ flags: inout JSONToken.Flags) throws(JSONError) {
        guard at + 1 < count else { throw JSONError(.unexpectedEnd, at: count) }
        switch base[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            let unit = try scanHexEscape()
            if unit == 0 { flags.insert(.nul) }
            guard UTF16.isSurrogate(unit) else { return }
            // Only a high surrogate with a low one right behind it is a character.
            if UTF16.isLeadSurrogate(unit), at + 1 < count, base[at] == UInt8(ascii: "\\"),
                base[at + 1] == UInt8(ascii: "u")
            {
                let mark = at
                if UTF16.isTrailSurrogate(try scanHexEscape()) { return }
                at = mark
            }
            flags.insert(.loneSurrogate)
        default:
            throw JSONError(.invalidEscape, at: at)
        }
    }

    /// Reads `\uXXXX`, of which the first two bytes are known.
    private mutating func scanHexEscape() throws(JSONError) -> UInt16 {
        let start = at
        guard start + 6 <= count else { throw JSONError(.invalidEscape, at: start) }
        guard let unit = StringEscape.hexUnit(base + start + 2) else { throw JSONError(.invalidEscape, at: start) }
        at += 6
        return unit
    }

    /// Steps over one character of two to four bytes, as Table 3-7 of the Unicode Standard allows them.
    private mutating func skipMultibyte() throws(JSONError) {
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let length: Int
        switch base[at] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw JSONError(.invalidUTF8, at: at)
        }
        guard at + length <= count, second.contains(base[at + 1]) else { throw JSONError(.invalidUTF8, at: at) }
        for index in 2..<length where base[at + index] & 0xC0 != 0x80 {
            throw JSONError(.invalidUTF8, at: at)
        }
        at += length
    }
}
