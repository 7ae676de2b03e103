import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// What the recovery key has signed: that a handle's key be replaced, or the handle revoked.
struct RecoveryProof {
    let signed: SignedObject
    /// `nil` for a proof without one, which only a revocation may be: it can happen but once.
    let date: SignatureDate?
    private let time: PostgresTimestamp

    /// - Parameters:
    ///   - operation: what the proof must say that it is for, under `operation` or `action`.
    ///   - isNamed: whether it must say so. What the original's first contract signs names neither handle nor
    ///     operation; the new key in it tells what it is for.
    /// - Throws: 400 with the codes of the original (original-api.md, 1.24).
    init(_ fields: BodyFields, operation: String, handle: Handle, isNamed: Bool) throws(APIError) {
        guard let proof = try fields.optionalObject("proof") else { throw .missing(field: "proof") }
        signed = try SignedObject(proof, field: "proof.signature")
        let said = try proof.firstText(of: "operation", "action", limit: 32)
        guard said == operation || (said == nil && !isNamed) else {
            throw .proof(.badRequest, "invalid_operation", "The proof is not for this: it must say \(operation).")
        }
        let name = try proof.optionalString("handle", limit: 64)
        guard let name else {
            if isNamed { throw .missing(field: "proof.handle") }
            date = try SignatureDate(proof, field: "proof.")
            guard let date else { throw .missing(field: "proof.timestamp") }
            time = date.time
            return
        }
        guard try Handle(field: "proof.handle", name).key == handle.key else {
            throw .proof(.badRequest, "handle_mismatch", "The proof is for another handle.")
        }
        if operation == "revoke", proof["nonce"].map(\.isNull) ?? true {
            guard let value = proof["timestamp"], let microseconds = Timestamp.parse(value) else {
                throw .missing(field: "proof.timestamp")
            }
            date = nil
            time = PostgresTimestamp(microseconds: microseconds)
        } else {
            date = try SignatureDate(proof, field: "proof.")
            guard let date else { throw .missing(field: "proof.timestamp") }
            time = date.time
        }
    }

    /// Seconds by which the client's clock is off.
    func skew(at now: PostgresTimestamp) -> Int64 { (now.microseconds - time.microseconds) / 1_000_000 }

    /// - Throws: 401 `invalid_timestamp` for an old proof, `invalid_recovery_proof` for one that another key signed.
    func check(against key: PublicKey, at now: PostgresTimestamp) throws(APIError) {
        let offset = now.microseconds - time.microseconds
        guard offset.magnitude <= UInt64(SignatureDate.tolerance) else {
            var error = APIError.proof(
                .unauthorized,
                "invalid_timestamp",
                "The proof was made at another time: the clocks are \(skew(at: now)) seconds apart."
            )
            error.extra = [
                ("server_time", .int(Int(now.microseconds / 1_000_000))),
                ("client_time", .int(Int(time.microseconds / 1_000_000))), ("skew_seconds", .int(Int(skew(at: now)))),
            ]
            throw error
        }
        guard signed.isSigned(by: key) else {
            throw .proof(.unauthorized, "invalid_recovery_proof", "The recovery key has not signed this.")
        }
    }
}

extension APIError {
    /// A refusal whose code clients also find under `error`.
    static func proof(_ status: HTTPResponse.Status, _ code: String, _ detail: String) -> APIError {
        guard status == .unauthorized else { return APIError(status, code: code, error: code, detail) }
        // Clients look for the word in the text of every 401.
        return APIError(
            status,
            code: code,
            error: "Authentication failed: \(code)",
            detail,
            headers: [.wwwAuthenticate: "Bearer"]
        )
    }
}
