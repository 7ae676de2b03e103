import HTTPTypes
import JSONText
import NIOCore
import Postgres

/// The row of a key: its statements, and what it holds.
struct IdempotencyRecord: Sendable {
    /// SHA-256 of scope, method, route and key.
    let id: [UInt8]
    let scope: String
    /// SHA-256 of the body.
    let bodyHash: [UInt8]

    /// Taken by the first request until its transaction ends. Only tried: who comes second is told to come again, and
    /// holds no connection meanwhile.
    var lock: PostgresQuery {
        let key = id.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return "SELECT pg_try_advisory_xact_lock(\(key))"
    }

    func select(within retention: Duration) -> PostgresQuery {
        """
        SELECT body_hash, status, headers, answer, is_error
        FROM idempotency_keys
        WHERE id = \(id) AND created_at > now() - \(Double(retention.microseconds)) * interval '1 microsecond'
        """
    }

    /// Replaces a row that is past its time and was not swept yet.
    ///
    /// - Parameter keepingSecrets: `false` to store only an answer that says to carry no secret. Errors carry none and are
    ///   always stored.
    func insert(_ outcome: Result<APIResponse, APIError>, keepingSecrets: Bool) -> PostgresQuery {
        let status: Int
        let headers: HTTPFields
        let answer: [UInt8]?
        let isError: Bool
        switch outcome {
        case .success(let response):
            let withAnswer = keepingSecrets || response.hasNoSecret
            status = response.status.code
            headers = withAnswer ? response.headers : [:]
            answer = withAnswer ? Array(response.body.readableBytesView) : nil
            isError = false
        case .failure(let error):
            status = error.status.code
            headers = error.headers
            answer = error.storedMembers.bytes
            isError = true
        }
        return """
            INSERT INTO idempotency_keys (id, scope, body_hash, status, headers, answer, is_error)
            VALUES (
                \(id), \(scope), \(bodyHash), \(Int32(status)), \(PostgresJSON(headers.storedText)), \(answer), \(isError)
            )
            ON CONFLICT (id) DO UPDATE
            SET scope = excluded.scope,
                body_hash = excluded.body_hash,
                status = excluded.status,
                headers = excluded.headers,
                answer = excluded.answer,
                is_error = excluded.is_error,
                created_at = excluded.created_at
            """
    }

    /// The stored answer.
    ///
    /// - Throws: 422 when it belongs to another body, 409 when it carried a secret.
    func replay(_ row: PostgresRow) throws -> Result<APIResponse, APIError> {
        guard try row.decode([UInt8].self, 0) == bodyHash else {
            throw APIError(
                .unprocessableContent,
                code: "idempotency_key_reused",
                "This Idempotency-Key was used with another body."
            )
        }
        guard let answer = try row.decode([UInt8]?.self, 3) else {
            throw APIError(
                .conflict,
                code: "already_issued",
                "This request was answered with a secret, which is given only once."
            )
        }
        let status = HTTPResponse.Status(code: try row.decode(1))
        var headers = HTTPFields(stored: try JSONDocument(row.decode(String.self, 2).utf8).root)
        headers[.idempotencyReplayed] = "true"
        guard row.bool(4) else {
            return .success(APIResponse(status, headers: headers, body: ByteBuffer(bytes: answer)))
        }
        return .failure(APIError(status, headers: headers, storedMembers: try JSONDocument(answer).root))
    }

    static func sweep(olderThan retention: Duration, limit: Int) -> PostgresQuery {
        """
        DELETE FROM idempotency_keys
        WHERE id IN (
            SELECT id
            FROM idempotency_keys
            WHERE created_at < now() - \(Double(retention.microseconds)) * interval '1 microsecond'
            LIMIT \(limit)
        )
        """
    }
}

extension HTTPField.Name {
    fileprivate static var idempotencyReplayed: HTTPField.Name { name("Idempotency-Replayed") }
}

extension HTTPFields {
    /// An array of `[name, value]`.
    fileprivate var storedText: String {
        let pairs = map { JSON.array([.string($0.name.rawName), .string($0.value)]) }
        return String(decoding: JSON.array(pairs).bytes, as: UTF8.self)
    }

    fileprivate init(stored value: JSONValue) {
        self.init()
        for pair in value.elements {
            let parts = pair.elements.compactMap(\.string)
            guard parts.count == 2, let name = HTTPField.Name(parts[0]) else { continue }
            append(HTTPField(name: name, value: parts[1]))
        }
    }
}

extension APIError {
    /// All that the answer is made of, but status and headers.
    fileprivate var storedMembers: JSON {
        [
            "code": .string(code),
            "detail": .string(detail),
            "error": .string(error),
            "field": field.map { .string($0) } ?? .null,
            "suggestions": .array(suggestions.map { .string($0) }),
            "extra": .object(extra),
        ]
    }

    fileprivate init(_ status: HTTPResponse.Status, headers: HTTPFields, storedMembers value: JSONValue) {
        self.init(
            status,
            code: value["code"]?.string ?? "",
            error: value["error"]?.string,
            value["detail"]?.string ?? "",
            field: value["field"]?.string,
            suggestions: value["suggestions"]?.elements.compactMap(\.string) ?? [],
            extra: value["extra"]?.members.map { ($0.key, .raw(Array($0.value.raw))) } ?? [],
            headers: headers
        )
    }
}
