import Kernel

/// Where a sign-in may end: at a program that listens on the user's own machine, or at an origin that the operator named.
///
/// Read by a grammar of its own that knows nothing but plain addresses. Whatever two readers might understand differently
/// (user info, escapes, backslashes, other spellings of loopback) is refused rather than understood.
struct RedirectTarget: Hashable, Sendable {
    /// As given: scheme, host, port, path and query.
    let address: String
    /// Scheme, host and port.
    let origin: String
    /// Whether it is on the user's machine, so that it may be told a token.
    let isLoopback: Bool

    /// The hosts that mean the user's own machine, and no other spelling of them.
    private static let loopbackHosts: Set<Substring> = ["localhost", "127.0.0.1", "[::1]"]

    /// Longer than any client's.
    private static let lengthLimit = 1_000

    /// - Parameter origins: what the operator allows besides loopback, as ``origin(of:)`` gives it.
    /// - Returns: `nil` for any other address.
    init?(_ text: String, origins: Set<String>) {
        guard text.utf8.count <= Self.lengthLimit, let parts = Self.parts(of: text) else { return nil }
        guard let host = Self.host(of: parts.authority) else { return nil }
        // What the redirect adds must be the only one of its name.
        let names = parts.query.split(separator: "&").map { $0.prefix { $0 != "=" }.lowercased() }
        guard !names.contains(where: { $0 == "token" || $0 == "handle" || $0.contains("%") }) else { return nil }
        address = text
        origin = "\(parts.scheme)://\(parts.authority)"
        isLoopback = parts.scheme == "http" && Self.loopbackHosts.contains(host)
        guard isLoopback || origins.contains(origin) else { return nil }
    }

    /// An origin as settings name it: `https://app.example.com`, or with `http` on loopback.
    ///
    /// - Returns: `nil` for anything else.
    static func origin(of setting: String) -> String? {
        guard let parts = parts(of: setting), parts.path.isEmpty, parts.query.isEmpty,
            let host = host(of: parts.authority),
            parts.scheme == "https" || loopbackHosts.contains(host)
        else { return nil }
        return "\(parts.scheme)://\(parts.authority)"
    }

    /// The address with more parameters, whose values are encoded here.
    func adding(_ parameters: [(name: String, value: String)]) -> String {
        let mark = address.contains("?") ? (address.hasSuffix("?") || address.hasSuffix("&") ? "" : "&") : "?"
        let slash = address.dropFirst(origin.count).first == "/" ? "" : "/"
        let path = slash.isEmpty ? address : origin + slash + address.dropFirst(origin.count)
        return path + mark + parameters.map { "\($0.name)=\(FormFields.encoded($0.value))" }.joined(separator: "&")
    }

    private typealias Parts = (scheme: Substring, authority: Substring, path: Substring, query: Substring)

    /// `scheme://authority/path?query` without a fragment, of the characters that stand for themselves everywhere.
    private static func parts(of text: String) -> Parts? {
        guard text.utf8.allSatisfy(isPlain), let end = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<end.lowerBound]
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = text[end.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let tail = rest[authority.endIndex...]
        let path = tail.prefix { $0 != "?" }
        return (scheme, authority, path, tail[path.endIndex...].dropFirst())
    }

    /// The host of `host` or `host:port`.
    private static func host(of authority: Substring) -> Substring? {
        var end = authority.firstIndex(of: ":") ?? authority.endIndex
        if authority.first == "[" {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            end = authority.index(after: bracket)
        }
        let host = authority[..<end]
        let port = authority[end...]
        guard !host.isEmpty else { return nil }
        guard !port.isEmpty else { return host }
        let digits = port.dropFirst()
        guard port.first == ":", digits.count <= 5, digits.first != "0", let number = UInt16(digits), number > 0,
            digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return host
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        // "%" for escapes in path and query; in a host it makes it a stranger, as "@" would, which is not here at all.
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"),
            UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "%"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "!"):
            true
        default: false
        }
    }
}
