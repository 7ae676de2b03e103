/// Validates a text against RFC 8259 in one pass and notes where each value lies.
///
/// It keeps no stack: while a container is open, its token's `next` holds the index of the one around it.
struct JSONScanner {
    /// Containers inside one another, at most.
    static let maximumDepth = 64

    let base: UnsafePointer<UInt8>
    let count: Int
    var at = 0
    private(set) var tokens: [JSONToken] = []
    private var open = JSONScanner.outermost
    private var depth = 0

    private static let outermost = UInt32.max

    private init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
        // A token for every eight bytes is more than ordinary bodies need; dense ones grow the array.
        tokens.reserveCapacity(count / 8 + 4)
    }

    /// The tokens of `bytes`, which must be one JSON value with nothing but white space around it.
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> [JSONToken] {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { throw JSONError(.unexpectedEnd, at: 0) }
        // Offsets are 32 bits wide, and a token's index never exceeds the offset behind it.
        guard bytes.count <= Int(Int32.max) else { throw JSONError(.tooLarge, at: Int(Int32.max)) }
        var scanner = JSONScanner(base: base, count: bytes.count)
        try scanner.scanDocument()
        return scanner.tokens
    }

    private mutating func scanDocument() throws(JSONError) {
        repeat {
            try scanValueStart()
            try finishContainers()
        } while open != Self.outermost
        skipWhitespace()
        if at < count { throw JSONError(.trailingBytes, at: at) }
    }

    /// Reads a scalar whole, or opens containers down to the first scalar or empty container.
    private mutating func scanValueStart() throws(JSONError) {
        while true {
            let byte = try nextSignificant()
            switch byte {
            case UInt8(ascii: "\""):
                return try scanString()
            case UInt8(ascii: "{"):
                try openContainer(.object)
                if try nextSignificant() == UInt8(ascii: "}") { return closeContainer() }
                try scanKey()
            case UInt8(ascii: "["):
                try openContainer(.array)
                if try nextSignificant() == UInt8(ascii: "]") { return closeContainer() }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                return try scanNumber()
            case UInt8(ascii: "t"):
                return try scanLiteral("true", .bool)
            case UInt8(ascii: "f"):
                return try scanLiteral("false", .bool)
            case UInt8(ascii: "n"):
                return try scanLiteral("null", .null)
            default:
                throw JSONError(.unexpectedByte, at: at)
            }
        }
    }

    /// After a value: closes what ends here, and returns where the next value is due or all is closed.
    private mutating func finishContainers() throws(JSONError) {
        while open != Self.outermost {
            let isObject = tokens[Int(open)].kind == .object
            let byte = try nextSignificant()
            if byte == UInt8(ascii: ",") {
                at += 1
                if isObject { try scanKey() }
                return
            }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw JSONError(.unexpectedByte, at: at)
            }
            closeContainer()
        }
    }

    private mutating func scanKey() throws(JSONError) {
        guard try nextSignificant() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: at) }
        try scanString()
        guard try nextSignificant() == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: at) }
        at += 1
    }

    private mutating func openContainer(_ kind: JSONValue.Kind) throws(JSONError) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw JSONError(.tooDeep, at: at) }
        let index = UInt32(tokens.count)
        tokens.append(JSONToken(start: UInt32(at), end: 0, next: open, kind: kind, flags: []))
        open = index
        at += 1
    }

    private mutating func closeContainer() {
        at += 1
        depth -= 1
        let closed = Int(open)
        open = tokens[closed].next
        tokens[closed].end = UInt32(at)
        tokens[closed].next = UInt32(tokens.count)
        inherit(tokens[closed].flags)
    }

    /// Appends a token that has no content of its own and ends where the scan stands.
    mutating func append(_ kind: JSONValue.Kind, from start: Int, flags: JSONToken.Flags = []) {
        let next = UInt32(tokens.count + 1)
        tokens.append(JSONToken(start: UInt32(start), end: UInt32(at), next: next, kind: kind, flags: flags))
        inherit(flags)
    }

    private mutating func inherit(_ flags: JSONToken.Flags) {
        let inherited = flags.intersection(.inherited)
        if !inherited.isEmpty, open != Self.outermost { tokens[Int(open)].flags.formUnion(inherited) }
    }

    private mutating func scanLiteral(_ literal: StaticString, _ kind: JSONValue.Kind) throws(JSONError) {
        let start = at
        for index in 0..<literal.utf8CodeUnitCount {
            guard at < count else { throw JSONError(.unexpectedEnd, at: at) }
            guard base[at] == literal.utf8Start[index] else { throw JSONError(.invalidLiteral, at: at) }
            at += 1
        }
        append(kind, from: start)
    }

    private mutating func scanNumber() throws(JSONError) {
        let start = at
        var flags: JSONToken.Flags = []
        if base[at] == UInt8(ascii: "-") { at += 1 }
        if at < count, base[at] == UInt8(ascii: "0") { at += 1 } else { try scanDigits() }
        if at < count, base[at] == UInt8(ascii: ".") {
            at += 1
            try scanDigits()
            flags = .fractional
        }
        if at < count, base[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < count, base[at] == UInt8(ascii: "+") || base[at] == UInt8(ascii: "-") { at += 1 }
            try scanDigits()
            flags = .fractional
        }
        append(.number, from: start, flags: flags)
    }

    /// One digit or more.
    private mutating func scanDigits() throws(JSONError) {
        let start = at
        while at < count, base[at] &- UInt8(ascii: "0") <= 9 { at += 1 }
        if at == start { throw JSONError(at < count ? .invalidNumber : .unexpectedEnd, at: at) }
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while at < count {
            switch base[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    /// The next byte that is not white space, without stepping over it.
    @inline(__always)
    private mutating func nextSignificant() throws(JSONError) -> UInt8 {
        skipWhitespace()
        guard at < count else { throw JSONError(.unexpectedEnd, at: count) }
        return base[at]
    }
}
