import HTTPTypes
import JSONText
import NIOCore
import Postgres

/// Shapes an error for both worlds: RFC 9457 members for those who know them, the original's members for the clients
/// that exist. `error` is always a plain string; anything else makes a real client report a failed message as sent.
enum ErrorBody {
    static func response(_ error: APIError, requestID: String) -> APIResponse {
        var response = APIResponse.json(error.status) { json in
            json.beginObject()
            json.key("type")
            json.string("urn:vibe:problem:\(error.code)")
            json.key("title")
            json.string(error.status.reasonPhrase)
            json.key("status")
            json.int(Int64(error.status.code))
            json.key("detail")
            json.string(error.detail)
            json.key("instance")
            json.string(requestID)
            json.key("code")
            json.string(error.code)
            json.key("success")
            json.bool(false)
            json.key("error")
            json.string(error.error)
            json.key("message")
            json.string(error.detail)
            json.key("suggestions")
            json.beginArray()
            for suggestion in error.suggestions { json.string(suggestion) }
            json.endArray()
            if let field = error.field {
                json.key("field")
                json.string(field)
            }
            for (name, value) in error.extra {
                json.key(escaping: name)
                value.write(to: &json)
            }
            json.endObject()
        }
        response.headers.append(contentsOf: error.headers)
        if let seconds = error.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    /// What a handler threw, as an answer. Unknown errors become 500; their cause goes to the log, never to the client.
    static func shaped(_ error: any Error) -> APIError {
        switch error {
        case let error as APIError:
            return error
        case let error as PostgresError where error.isOutage:
            return .unavailable(cause: error)
        case is CancellationError:
            return .unavailable(cause: error)
        case is NIOTooManyBytesError:
            return .bodyTooLarge
        default:
            return APIError(
                .internalServerError,
                code: "internal_error",
                "Something went wrong on our side. Quote the request id when you report it.",
                cause: error
            )
        }
    }
}

extension APIError {
    static let bodyTooLarge = APIError(
        .contentTooLarge,
        code: "body_too_large",
        "The body is larger than this route takes."
    )
}

extension HTTPFields {
    /// Appends all fields of `other`.
    mutating func append(contentsOf other: HTTPFields) {
        for field in other { append(field) }
    }
}
