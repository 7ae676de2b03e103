import Glibc
import HTTPTypes
import NIOCore

/// Where a request comes from. Worked out only when somebody asks.
struct ClientAddress: Sendable {
    let socket: SocketAddress?
    let headers: HTTPFields
    /// How many proxies of ours stand in front: each appends one address to `X-Forwarded-For`, and only those count.
    /// What stands further left was written by the client, who may write anything.
    let trustedHops: Int

    var text: String {
        forwarded ?? socket?.ipAddress ?? "local"
    }

    /// The subject of limits and idempotency keys without a caller: never a handle's, which holds no colon.
    var subject: String { "address:" + network }

    /// What limits count by: the address, or for IPv6 its /64, since that is what one customer is given.
    var network: String {
        let text = text
        guard text.utf8.contains(UInt8(ascii: ":")) else { return text }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        let isMappedIPv4 = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        guard !isMappedIPv4 else { return bytes[12...].map { String($0) }.joined(separator: ".") }
        return bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }

    private var forwarded: String? {
        guard trustedHops > 0 else { return nil }
        let hops = headers[values: .xForwardedFor]
            .joined(separator: ",")
            .split(separator: ",")
            .map { $0.trimmingSpaces() }
        guard hops.count >= trustedHops else { return nil }
        let hop = hops[hops.count - trustedHops]
        return (try? SocketAddress(ipAddress: String(hop), port: 0)) == nil ? nil : String(hop)
    }
}

extension HTTPField.Name {
    static var xForwardedFor: HTTPField.Name { name("X-Forwarded-For") }
    static var xRequestID: HTTPField.Name { name("X-Request-Id") }
    static var xVibeToken: HTTPField.Name { name("X-Vibe-Token") }
    static var traceParent: HTTPField.Name { name("traceparent") }
    static var idempotencyKey: HTTPField.Name { name("Idempotency-Key") }

    /// A header field that the library does not name.
    static func name(_ text: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name(text.description) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
