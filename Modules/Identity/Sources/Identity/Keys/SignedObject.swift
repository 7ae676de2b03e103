import Crypto
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// A JSON object and the signature over its canonical form without that signature.
struct SignedObject {
    let fields: BodyFields
    let signature: KeySignature

    /// The object as received, signed in its member `signature`.
    ///
    /// - Throws: 400 when the signature is missing or is none.
    init(_ fields: BodyFields, field: String) throws(APIError) {
        guard let text = try fields.optionalString("signature", limit: 200), !text.isEmpty else {
            throw .missing(field: field)
        }
        guard let signature = KeySignature(text) else {
            throw .invalid(field: field, "must be an Ed25519 signature in base 64.")
        }
        self.fields = fields
        self.signature = signature
    }

    /// A request's body, signed in `X-AIRC-Signature` or in its member `signature`.
    ///
    /// - Returns: `nil` for one that is not signed.
    init?(_ request: APIRequest, _ fields: BodyFields) {
        let member = try? fields.optionalString("signature", limit: 200)
        guard let text = request.headers[.aircSignature] ?? member, let signature = KeySignature(text) else {
            return nil
        }
        self.fields = fields
        self.signature = signature
    }

    /// Whether the key's owner signed the object, over the fields as received. Clients make the canonical form as
    /// JavaScript does, or as Python does.
    func isSigned(by key: PublicKey) -> Bool {
        [CanonicalJSON.Style.javaScript, .pythonASCII].contains { style in
            key.hasSigned(CanonicalJSON.encode(fields.value, dropping: ["signature"], style: style), signature)
        }
    }
}

extension HTTPField.Name {
    fileprivate static let aircSignature = HTTPField.Name("X-AIRC-Signature")
}

extension HTTPFields {
    fileprivate subscript(_ name: HTTPField.Name?) -> String? { name.flatMap { self[$0] } }
}

/// The members with which a body is signed.
enum SignedMembers {
    /// - Throws: 400 naming the one of another type.
    static func check(_ fields: BodyFields) throws(APIError) {
        _ = try fields.optionalString("signature", limit: 200)
        _ = try fields.optionalString("nonce", limit: SignatureDate.nonceLengths.upperBound)
        guard let time = fields["timestamp"], !time.isNull else { return }
        switch time.kind {
        case .number: break
        case .string: _ = try fields.optionalString("timestamp", limit: 64)
        default: throw .invalid(field: "timestamp", "must be a time, such as seconds since the Unix epoch.")
        }
    }
}

/// When a signature was made, and the number that it uses up.
struct SignatureDate: Sendable {
    let time: PostgresTimestamp
    let nonce: String

    /// How far the clocks of clients may be off, in microseconds (original-api.md, 2.5).
    static let tolerance: Int64 = 300 * 1_000_000
    /// UTF-16 units of a nonce: clients send 32 hexadecimal digits, AIRC asks for 16 bytes.
    static let nonceLengths = 16...128

    /// - Returns: `nil` when the object holds neither a time nor a nonce.
    /// - Throws: 400 when it holds one of them, or another type.
    init?(_ fields: BodyFields, field prefix: String = "") throws(APIError) {
        let time = fields["timestamp"].flatMap { $0.isNull ? nil : $0 }
        let nonce = try fields.optionalString("nonce", limit: Self.nonceLengths.upperBound)
        if time == nil, nonce == nil { return nil }
        guard let time else { throw .missing(field: prefix + "timestamp") }
        guard let nonce else { throw .missing(field: prefix + "nonce") }
        guard let microseconds = Timestamp.parse(time) else {
            throw .invalid(field: prefix + "timestamp", "must be a time, such as seconds since the Unix epoch.")
        }
        guard Self.nonceLengths.contains(nonce.utf16.count) else {
            throw .invalid(field: prefix + "nonce", "must have at least \(Self.nonceLengths.lowerBound) characters.")
        }
        self.time = PostgresTimestamp(microseconds: microseconds)
        self.nonce = nonce
    }

    /// How far the client's clock is behind the service's, in microseconds.
    func skew(at now: PostgresTimestamp) -> Int64 { now.microseconds - time.microseconds }

    func isFresh(at now: PostgresTimestamp) -> Bool { skew(at: now).magnitude <= UInt64(Self.tolerance) }

    /// What must be remembered so that the signature counts once.
    func use(by key: PublicKey) -> NonceUse {
        NonceUse(
            hash: Array(SHA256.hash(data: Array("\(key.text)\n\(nonce)".utf8))),
            until: PostgresTimestamp(microseconds: time.microseconds + Self.tolerance + 1_000_000)
        )
    }
}

/// A number that a signature uses up.
struct NonceUse: Sendable, Hashable {
    /// SHA-256 of the key and the number.
    let hash: [UInt8]
    /// When the signature is too old anyway.
    let until: PostgresTimestamp
}
