import Crypto
import HTTPTypes
import Postgres
import ServiceSettings

/// Makes a request with an `Idempotency-Key` happen once.
///
/// The answer is stored in the transaction of the request's writes, so that either both exist or neither. After
/// draft-ietf-httpapi-idempotency-key-header-06; a key counts per caller, method and route.
struct IdempotencyKeys: Sendable {
    private let database: PostgresClient
    private let events: EventPublisher
    private let retention: Duration

    init(services: KernelServices) {
        database = services.database
        events = services.events
        retention = services.settings.duration("idempotency.retention")
    }

    /// Runs `handler`, or gives the answer of the earlier request with this key.
    ///
    /// The handler's batches run in one transaction, each in a savepoint of its own, so that it can react to a failed
    /// one. An answer below 500, also a thrown ``APIError``, is kept; of a thrown error, the handler's writes are undone
    /// first. Anything else undoes all, and the key is free again.
    /// - Parameters:
    ///   - scope: the caller's handle, or the client's address.
    ///   - bodyHash: SHA-256 of the request's body.
    ///   - secret: the answer must not be stored, unless it says that it carries no secret.
    /// - Throws: 400 for a malformed key, 409 `idempotency_in_progress` while the first request runs, 422
    ///   `idempotency_key_reused` for another body, 409 `already_issued` for a secret, or what `handler` throws.
    func run(
        scope: String,
        method: String,
        route: String,
        key: String,
        bodyHash: [UInt8],
        secret: Bool,
        handler: (any RequestWriter) async throws -> APIResponse
    ) async throws -> APIResponse {
        let record = IdempotencyRecord(
            id: try Self.id(scope: scope, method: method, route: route, key: key),
            scope: scope,
            bodyHash: bodyHash
        )
        do {
            let outcome = try await database.transaction { transaction in
                if let earlier = try await earlier(record, in: transaction) {
                    return (earlier, TransactionWriter?.none)
                }
                let writer = TransactionWriter(transaction: transaction)
                let outcome = try await first(writer, in: transaction, handler)
                try await transaction.query(record.insert(outcome, keepingSecrets: !secret))
                return (outcome, writer)
            }
            if let writer = outcome.1 { events.committed(writer.written) }
            return try outcome.0.get()
        } catch let discarded as DiscardedResponse {
            return discarded.response
        }
    }

    /// What is stored for this key, if anything is.
    private func earlier(
        _ record: IdempotencyRecord,
        in transaction: PostgresTransaction
    ) async throws -> Result<APIResponse, APIError>? {
        let rows = try await transaction.query([record.lock, record.select(within: retention)])
        if let row = rows[1].first { return try record.replay(row) }
        guard rows[0][0].bool(0) else {
            throw APIError(
                .conflict,
                code: "idempotency_in_progress",
                "A request with this Idempotency-Key is still running. Try again in a moment.",
                retryAfter: 1
            )
        }
        return nil
    }

    /// Runs the handler in a savepoint.
    private func first(
        _ writer: TransactionWriter,
        in transaction: PostgresTransaction,
        _ handler: (any RequestWriter) async throws -> APIResponse
    ) async throws -> Result<APIResponse, APIError> {
        do {
            let response = try await transaction.savepoint { try await handler(writer) }
            guard response.status.code < 500 else { throw DiscardedResponse(response: response) }
            return .success(response)
        } catch let error as APIError where Self.isFinal(error) {
            writer.forget()
            return .failure(error)
        }
    }

    /// Whether the same request would be answered the same later. What asks to be tried again must not be kept.
    private static func isFinal(_ error: APIError) -> Bool {
        (400..<500).contains(error.status.code) && error.status != .tooManyRequests && error.status != .requestTimeout
            && error.retryAfter == nil
    }

    /// SHA-256 over the parts, each preceded by its length, so that no two lists of parts look the same.
    private static func id(scope: String, method: String, route: String, key: String) throws(APIError) -> [UInt8] {
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIError(
                .badRequest,
                code: "invalid_idempotency_key",
                "Idempotency-Key must be 1 to 255 visible ASCII characters.",
                field: "Idempotency-Key"
            )
        }
        var hash = SHA256()
        for part in [scope, method, route, key] {
            hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
        }
        return Array(hash.finalize())
    }

    /// An answer of 500 or above: given, but with all writes undone and nothing stored.
    private struct DiscardedResponse: Error {
        let response: APIResponse
    }
}
