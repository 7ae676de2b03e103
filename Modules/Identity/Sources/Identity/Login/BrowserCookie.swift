import Crypto
import Foundation
import HTTPTypes
import Kernel

/// The cookie that ties the steps of a sign-in to one browser, and the seal on forms that this browser was given.
///
/// It proves nothing about a person. It keeps others from finishing a sign-in that they did not begin (a stolen state)
/// and from sending forms in somebody's name.
struct BrowserCookie: Sendable {
    let value: String

    /// - Returns: `nil` when the browser has none, or one that is not of our making.
    init?(_ headers: HTTPFields, isSecure: Bool) {
        let name = Self.name(isSecure: isSecure) + "="
        let pairs = headers[values: .cookie].flatMap { $0.split(separator: ";") }
        let found = pairs.lazy.map { $0.drop { $0 == " " } }.first { $0.hasPrefix(name) }
        guard let value = found?.dropFirst(name.count), Base64URL.decode(value)?.count == Self.length else {
            return nil
        }
        self.value = String(value)
    }

    /// The browser's own, or a new one.
    init(of headers: HTTPFields, isSecure: Bool, ids: IdentifierSource) {
        self = Self(headers, isSecure: isSecure) ?? Self(new: ids)
    }

    private init(new ids: IdentifierSource) {
        value = Base64URL.encode(ids.bytes(Self.length))
    }

    /// For `Set-Cookie`. Kept for as long as the longest sign-in takes: an e-mailed link's half hour.
    ///
    /// `Lax`, because GitHub's redirect comes from another site. The prefix keeps neighbouring hosts from setting it.
    func field(isSecure: Bool) -> String {
        "\(Self.name(isSecure: isSecure))=\(value); Path=/; Max-Age=1800; HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }

    /// What is stored of it.
    var hash: [UInt8] { Array(SHA256.hash(data: Data(value.utf8))) }

    private static func name(isSecure: Bool) -> String {
        isSecure ? "__Host-vibe_login" : "vibe_login"
    }

    private static let length = 32
}

/// Makes and checks what a form carries to show that a page of ours gave it to this very browser.
struct FormSeal: Sendable {
    private let key: SymmetricKey

    init(_ secret: ServiceSecret) {
        key = secret.key(for: "identity.form_seals")
    }

    func seal(for cookie: BrowserCookie) -> String {
        Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Data(cookie.value.utf8), using: key))
    }

    /// Compares in constant time.
    func isGood(_ seal: String?, for cookie: BrowserCookie?) -> Bool {
        guard let cookie, let code = seal.flatMap({ Base64URL.decode($0) }) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(cookie.value.utf8), using: key)
    }
}
