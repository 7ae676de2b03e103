import Crypto
import Foundation
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

/// A key pair of a test, with the spellings and signatures that clients make.
struct TestKey {
    let key = Curve25519.Signing.PrivateKey()

    private var raw: Data { key.publicKey.rawRepresentation }
    private var spki: Data {
        Data([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]) + raw
    }

    /// As airc-channel sends it, and as it is stored.
    var text: String { "ed25519:" + raw.base64EncodedString() }
    /// As the January clients send it.
    var spkiText: String { spki.base64EncodedString() }
    /// As the v0.2 draft has it.
    var prefixedSPKIText: String { "ed25519:" + spkiText }

    /// Base 64 of the signature over the canonical form of a body.
    func sign(_ body: JSON, style: CanonicalJSON.Style = .javaScript) throws -> String {
        let document = try JSONDocument(body.bytes)
        return try sign(CanonicalJSON.encode(document.root, dropping: ["signature"], style: style))
    }

    func sign(_ bytes: [UInt8]) throws -> String {
        try key.signature(for: Data(bytes)).base64EncodedString()
    }

    /// The body with its signature in the member of that name.
    func signed(_ members: [(String, JSON)]) throws -> JSON {
        .object(members + [("signature", .string(try sign(.object(members))))])
    }

    /// 32 hexadecimal digits.
    static func nonce() -> JSON { .string(UUID().uuidString.replacing("-", with: "").lowercased()) }
}

extension TestService {
    /// Registers again with a signed body.
    func register(
        _ name: String,
        signedBy key: TestKey,
        _ more: [(String, JSON)] = [],
        action: String = "register",
        style: CanonicalJSON.Style = .javaScript
    ) async throws -> HTTPAnswer {
        let body = JSON.object([("action", .string(action)), ("username", .string(name))] + more)
        return try await client.post(
            "/api/presence",
            headers: [("X-AIRC-Signature", try key.sign(body, style: style))],
            json: body
        )
    }

    /// The kinds in the audit log of a handle, with their details.
    func audit(_ handle: String) async throws -> [String] {
        try await database.read(
            """
            SELECT kind || coalesce(' ' || detail, '') FROM audit_log WHERE handle = \(handle) ORDER BY id
            """
        ).map { $0.string(0) }
    }
}

/// The members that date a signature.
func dated(at time: Int64, nonce: JSON = TestKey.nonce()) -> [(String, JSON)] {
    [("timestamp", .int(Int(time))), ("nonce", nonce)]
}
