import Foundation

/// An address, taken apart.
enum KeyValueAddress: Hashable, Sendable {
    case resp(RESPAddress)
    case rest(RESTAddress)

    init(url: String, token: String?) throws(KeyValueError) {
        guard let parts = URLComponents(string: url, encodingInvalidCharacters: false),
            let scheme = parts.scheme?.lowercased()
        else {
            throw .configuration("the address of the key-value store is no URL")
        }
        // Foundation leaves the brackets around IPv6 addresses.
        let host = parts.host?.trimmingCharacters(in: ["[", "]"]) ?? ""
        guard !host.isEmpty else { throw .configuration("the address of the key-value store has no host") }
        guard parts.port.map({ (1...65535).contains($0) }) ?? true else {
            throw .configuration("the address of the key-value store has an impossible port")
        }
        switch scheme {
        case "redis", "rediss":
            guard token == nil else { throw .configuration("a token belongs to a REST address, not to \(scheme)://") }
            let path = parts.path.drop { $0 == "/" }
            guard let database = path.isEmpty ? 0 : Int(path), database >= 0 else {
                throw .configuration("the path of a \(scheme):// address is the number of a database")
            }
            guard parts.query == nil, parts.fragment == nil else {
                throw .configuration("a \(scheme):// address takes no parameters")
            }
            self = .resp(
                RESPAddress(
                    host: host,
                    port: parts.port ?? 6379,
                    usesTLS: scheme == "rediss",
                    user: parts.user.flatMap { $0.isEmpty ? nil : $0 },
                    password: parts.password,
                    database: database
                )
            )
        case "https", "http":
            guard scheme == "https" || ["127.0.0.1", "::1", "localhost"].contains(host) else {
                throw .configuration("a REST address must be https://, or the token could be read on the way")
            }
            guard let token, !token.isEmpty else { throw .configuration("a REST address needs a token") }
            guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw .configuration("the token has characters that cannot stand in a header")
            }
            guard parts.user == nil, parts.query == nil, parts.fragment == nil else {
                throw .configuration("a REST address has neither user nor parameters")
            }
            let base = url.hasSuffix("/") ? String(url.dropLast()) : url
            self = .rest(RESTAddress(base: base, host: host, token: token))
        default:
            throw .configuration("the address of the key-value store must be redis://, rediss:// or https://")
        }
    }
}

extension KeyValueAddress: CustomStringConvertible {
    var description: String {
        switch self {
        case .resp(let address): "\(address.usesTLS ? "rediss" : "redis")://\(address.host):\(address.port)"
        case .rest(let address): "REST at \(address.host)"
        }
    }
}

/// A server that speaks RESP.
struct RESPAddress: Hashable, Sendable {
    let host: String
    let port: Int
    let usesTLS: Bool
    let user: String?
    let password: String?
    let database: Int
}

/// A REST interface.
struct RESTAddress: Hashable, Sendable {
    /// Without a slash at the end.
    let base: String
    let host: String
    let token: String
}
