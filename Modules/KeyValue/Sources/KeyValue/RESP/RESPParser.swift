import NIOCore

/// Reads RESP2 replies from bytes that come in pieces of any length. No I/O: bytes in, replies out.
///
/// What it has read so far stays in its state, so that every byte is looked at once, wherever the pieces are cut.
struct RESPParser {
    /// Bytes that one reply may have, at most.
    private let limit: Int
    private var state = State.line
    /// The line that is being read, without its end.
    private var line: [UInt8] = []
    /// The string that is being read.
    private var string: [UInt8] = []
    /// The arrays that are not complete yet, the innermost last.
    private var open: [(elements: [KeyValueReply], missing: Int)] = []
    /// Bytes of the present reply so far.
    private var size = 0

    private enum State {
        /// In a line, such as `$5` or `+OK`.
        case line
        /// In a string of which so many bytes are missing.
        case string(missing: Int)
        /// At the end of a string, where so many bytes of CR LF are missing.
        case stringEnd(missing: Int)
    }

    /// Redis nests no deeper than scripts do; this protects the stack of whoever walks through a reply.
    private static let maximumDepth = 32
    /// More is never reserved on the word of a header alone.
    private static let maximumReserve = 1 << 20

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes bytes from the buffer until a reply is complete.
    ///
    /// - Returns: the reply; `nil` when all bytes are taken and more are needed.
    /// - Throws: ``KeyValueError`` of kind `protocolViolation` or `tooLarge`; the stream is of no further use then.
    mutating func next(from input: inout ByteBuffer) throws(KeyValueError) -> KeyValueReply? {
        while input.readableBytes > 0 {
            var complete: KeyValueReply?
            switch state {
            case .line:
                guard try readLine(from: &input) else { continue }
                complete = try endOfLine()
                line.removeAll(keepingCapacity: true)
            case .string(let missing):
                let count = min(missing, input.readableBytes)
                string.append(contentsOf: input.readBytes(length: count) ?? [])
                state = missing == count ? .stringEnd(missing: 2) : .string(missing: missing - count)
            case .stringEnd(let missing):
                let expected: UInt8 = missing == 2 ? 0x0D : 0x0A
                guard input.readInteger(as: UInt8.self) == expected else {
                    throw .violation("a string is longer than announced")
                }
                if missing == 2 {
                    state = .stringEnd(missing: 1)
                } else {
                    complete = .bytes(string)
                    string = []
                    state = .line
                }
            }
            if let complete, let reply = close(complete) {
                size = 0
                return reply
            }
        }
        return nil
    }

    /// - Returns: whether the line is complete.
    private mutating func readLine(from input: inout ByteBuffer) throws(KeyValueError) -> Bool {
        let view = input.readableBytesView
        let end = view.firstIndex(of: 0x0A)
        let piece = view[view.startIndex..<(end ?? view.endIndex)]
        line.append(contentsOf: piece)
        input.moveReaderIndex(forwardBy: piece.count + (end == nil ? 0 : 1))
        try count(piece.count + (end == nil ? 0 : 1))
        guard end != nil else { return false }
        guard line.popLast() == 0x0D else { throw .violation("a line does not end with CR LF") }
        return true
    }

    /// - Returns: the reply, if the line is one by itself.
    private mutating func endOfLine() throws(KeyValueError) -> KeyValueReply? {
        let rest = line.dropFirst()
        switch line.first {
        case UInt8(ascii: "+"):
            return .bytes(Array(rest))
        case UInt8(ascii: "-"):
            return .error(KeyValueError(serverText: String(decoding: rest, as: UTF8.self)))
        case UInt8(ascii: ":"):
            return .integer(try number(rest))
        case UInt8(ascii: "$"):
            let length = try number(rest)
            if length == -1 { return .null }
            guard length >= 0 else { throw .violation("a string has a negative length") }
            try count(Int(clamping: length))
            string.reserveCapacity(min(Int(length), Self.maximumReserve))
            state = length == 0 ? .stringEnd(missing: 2) : .string(missing: Int(length))
            return nil
        case UInt8(ascii: "*"):
            let length = try number(rest)
            if length == -1 { return .null }
            guard length >= 0 else { throw .violation("an array has a negative length") }
            if length == 0 { return .array([]) }
            guard open.count < Self.maximumDepth else { throw .violation("arrays are nested too deeply") }
            // The shortest element has four bytes.
            try check(Int(clamping: length).multipliedReportingOverflow(by: 4))
            open.append(([], Int(length)))
            return nil
        default:
            throw .violation("a reply starts with an unknown mark")
        }
    }

    /// Puts a reply where it belongs: into the innermost open array, which may thereby be complete in its turn.
    ///
    /// - Returns: the outermost reply, if it is complete.
    private mutating func close(_ reply: KeyValueReply) -> KeyValueReply? {
        var reply = reply
        while var array = open.popLast() {
            array.elements.append(reply)
            array.missing -= 1
            guard array.missing == 0 else {
                open.append(array)
                return nil
            }
            reply = .array(array.elements)
        }
        return reply
    }

    private func number(_ digits: ArraySlice<UInt8>) throws(KeyValueError) -> Int64 {
        guard let number = Int64(String(decoding: digits, as: UTF8.self)) else {
            throw .violation("a number is not one of 64 bits")
        }
        return number
    }

    private mutating func count(_ bytes: Int) throws(KeyValueError) {
        let sum = size.addingReportingOverflow(bytes)
        try check(sum)
        size = sum.partialValue
    }

    private func check(_ number: (partialValue: Int, overflow: Bool)) throws(KeyValueError) {
        if number.overflow || number.partialValue > limit { throw .tooLarge(limit) }
    }
}
