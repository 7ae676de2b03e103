import Foundation

@testable import KeyValue

/// Replies by chance, and how both transports write them.
enum RandomReply {
    static func make(_ chance: inout SeededGenerator, depth: Int = 0) -> KeyValueReply {
        switch Int.random(in: 0...(depth < 3 ? 5 : 3), using: &chance) {
        case 0: return .null
        case 1: return .integer(Int64(truncatingIfNeeded: chance.next()))
        case 2, 3:
            // Line ends are what parsers stumble over.
            let odd: [UInt8] = [13, 10, 36, 42, 0, 255]
            return .bytes(
                (0..<Int.random(in: 0...12, using: &chance)).map { _ in
                    Bool.random(using: &chance)
                        ? odd.randomElement(using: &chance) ?? 0 : UInt8.random(in: 0...255, using: &chance)
                }
            )
        case 4 where depth == 0: return .error(KeyValueError(serverText: "ERR number \(chance.next())"))
        default:
            return .array((0..<Int.random(in: 0...4, using: &chance)).map { _ in make(&chance, depth: depth + 1) })
        }
    }

    static func resp(_ reply: KeyValueReply) -> [UInt8] {
        switch reply {
        case .null: Array("$-1\r\n".utf8)
        case .integer(let number): Array(":\(number)\r\n".utf8)
        case .bytes(let bytes): Array("$\(bytes.count)\r\n".utf8) + bytes + [13, 10]
        case .array(let elements): Array("*\(elements.count)\r\n".utf8) + elements.flatMap(resp)
        case .error(let error): Array("-\(text(of: error))\r\n".utf8)
        }
    }

    static func rest(_ reply: KeyValueReply) -> Any {
        if case .error(let error) = reply { return ["error": text(of: error)] }
        return ["result": value(reply)]
    }

    private static func value(_ reply: KeyValueReply) -> Any {
        switch reply {
        case .null, .error: NSNull()
        case .integer(let number): number
        case .bytes(let bytes): reply == .ok ? "OK" : Data(bytes).base64EncodedString()
        case .array(let elements): elements.map(value)
        }
    }

    private static func text(of error: KeyValueError) -> String {
        error.serverText ?? ""
    }
}
