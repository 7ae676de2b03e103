/// Reads one HTTP/1.1 answer from the start of what a server sent.
///
/// The tests' own reading, apart from the library that the service writes with, so that a wrong frame is seen.
enum HTTPAnswerParser {
    /// - Parameters:
    ///   - bytes: everything received and not yet read.
    ///   - isClosed: whether nothing more will come.
    ///   - expectsBody: false for the answer to a HEAD.
    /// - Returns: the answer and how many bytes it took; `nil` when more must come.
    static func parse(
        _ bytes: [UInt8],
        isClosed: Bool,
        expectsBody: Bool
    ) throws(HTTPClientError) -> (answer: HTTPAnswer, length: Int)? {
        guard let headEnd = find([13, 10, 13, 10], in: bytes, from: 0) else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(
            separator: "\r\n",
            omittingEmptySubsequences: false
        )
        let statusLine = lines[0].split(separator: " ", maxSplits: 2)
        guard statusLine.count >= 2, statusLine[0].hasPrefix("HTTP/1."), let status = Int(statusLine[1]) else {
            throw .malformedAnswer("status line: \(lines[0])")
        }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .malformedAnswer("header line: \(line)") }
            fields.append((String(parts[0]), parts[1].drop { $0 == " " }.description))
        }
        let headers = HTTPHeaderList(fields: fields)
        let start = headEnd + 4
        func answer(_ body: [UInt8], end: Int) -> (HTTPAnswer, Int) {
            (HTTPAnswer(status: status, headers: headers, body: body), end)
        }

        // RFC 9112, section 6.3, in its order.
        if !expectsBody || status == 204 || status == 304 || status < 200 { return answer([], end: start) }
        if headers["Transfer-Encoding"]?.lowercased() == "chunked" {
            guard let (body, end) = try chunks(of: bytes, from: start) else { return nil }
            return answer(body, end: end)
        }
        if let text = headers["Content-Length"] {
            guard let length = Int(text), length >= 0 else { throw .malformedAnswer("Content-Length: \(text)") }
            guard bytes.count >= start + length else { return nil }
            return answer(Array(bytes[start..<start + length]), end: start + length)
        }
        return isClosed ? answer(Array(bytes[start...]), end: bytes.count) : nil
    }

    private static func chunks(of bytes: [UInt8], from start: Int) throws(HTTPClientError) -> ([UInt8], Int)? {
        var body: [UInt8] = []
        var at = start
        while true {
            guard let lineEnd = find([13, 10], in: bytes, from: at) else { return nil }
            let line = String(decoding: bytes[at..<lineEnd], as: UTF8.self)
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else {
                throw .malformedAnswer("chunk size: \(line)")
            }
            at = lineEnd + 2
            guard bytes.count >= at + size + 2 else { return nil }
            body += bytes[at..<at + size]
            at += size + 2
            // No service here sends trailers.
            if size == 0 { return (body, at) }
        }
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= start + pattern.count else { return nil }
        return (start...bytes.count - pattern.count).first { at in
            pattern.indices.allSatisfy { bytes[at + $0] == pattern[$0] }
        }
    }
}
