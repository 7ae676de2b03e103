import Foundation

/// Reads the JSON of a REST answer whose strings are in Base64 (`Upstash-Encoding: base64`).
enum RESTAnswer {
    /// The answer to `/pipeline` or `/multi-exec`: a list of `{"result": …}` and `{"error": "…"}`, or one error for all.
    ///
    /// - Throws: ``KeyValueError`` of kind `protocolViolation`.
    static func decode(_ body: Data, count: Int) throws(KeyValueError) -> Content {
        switch try? JSONSerialization.jsonObject(with: body) {
        case let items as [[String: Any]]:
            guard items.count == count else { throw .violation("there are not as many results as commands") }
            var replies: [KeyValueReply] = []
            for item in items { replies.append(try reply(item)) }
            return .replies(replies)
        case let object as [String: Any]:
            guard let text = object["error"] as? String else { throw .violation("an answer has no results") }
            return .error(KeyValueError(serverText: text))
        default:
            throw .violation("an answer is not the expected JSON")
        }
    }

    enum Content: Equatable {
        case replies([KeyValueReply])
        /// The request was dropped as a whole.
        case error(KeyValueError)
    }

    private static func reply(_ item: [String: Any]) throws(KeyValueError) -> KeyValueReply {
        if let text = item["error"] as? String { return .error(KeyValueError(serverText: text)) }
        guard let result = item["result"] else { throw .violation("a result is missing") }
        return try value(result)
    }

    private static func value(_ json: Any) throws(KeyValueError) -> KeyValueReply {
        switch json {
        case is NSNull:
            return .null
        // Not encoded, by the interface's documentation; in Base64 it would be four characters.
        case let text as String where text == "OK":
            return .ok
        case let text as String:
            guard let data = Data(base64Encoded: text) else { throw .violation("a string is not in Base64") }
            return .bytes([UInt8](data))
        case let number as NSNumber:
            guard let integer = Int64(exactly: number) else { throw .violation("a number is not one of 64 bits") }
            return .integer(integer)
        case let elements as [Any]:
            var replies: [KeyValueReply] = []
            replies.reserveCapacity(elements.count)
            for element in elements { replies.append(try value(element)) }
            return .array(replies)
        case let object as [String: Any]:
            return try reply(object)
        default:
            throw .violation("a result is of an unknown kind")
        }
    }
}
