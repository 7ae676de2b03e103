import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// What a client asks to be sent: the body of `POST /api/messages` and `POST /api/messages/send`, checked.
struct MessageDraft: Sendable {
    /// Chosen by the client, or `nil`.
    let id: String?
    /// Whom the client says it is; `nil` when it leaves that to its token.
    let from: String?
    let to: String
    /// `nil` when there is only a payload.
    let text: String?
    let payload: PostgresJSON?
    let type: String
    let replyTo: String?
    let version: String?
    let signature: String?
    /// The body as it was signed; `nil` for an unsigned message.
    let signed: SignedBody?

    /// UTF-16 units of text, as clients count; longer ones are refused, never cut (clients.md, section 1.1).
    static let textLimit = 2_000

    /// Bytes of a payload.
    static let payloadLimit = 64 * 1_024

    /// - Parameter trimming: whether white space around the text goes, as the original's `/send` does it.
    init(_ body: BodyFields, trimming: Bool) throws(APIError) {
        id = try body.optionalString("id", limit: 1_000)
        if let id {
            try MessageID.check(id, field: "id")
            guard !id.hasPrefix(MessageID.welcomePrefix) else {
                throw .invalid(
                    field: "id",
                    "must not begin with \(MessageID.welcomePrefix): such ids are the service's."
                )
            }
        }
        from = try body.optionalString("from")
        to = try body.string("to")
        text = try Self.text(body, trimming: trimming)
        payload = try Self.payload(body)
        type = try body.optionalString("type", limit: 32) ?? "dm"
        replyTo = try body.optionalString("reply_to", limit: 1_000)
        if let replyTo { try MessageID.check(replyTo, field: "reply_to") }
        version = try body.optionalString("v", limit: 16)
        signature = try body.optionalString("signature", limit: 512)
        signed = try SignedBody(body)
        guard text != nil || payload != nil else {
            throw APIError(.badRequest, code: "missing_field", "text, body or payload is required.", field: "text")
        }
    }

    /// `text`, else `body`: both are checked, whichever counts, and an empty one counts as absent, as in the original.
    static func text(_ body: BodyFields, trimming: Bool) throws(APIError) -> String? {
        let texts = [
            try body.optionalString("text", limit: textLimit),
            try body.optionalString("body", limit: textLimit),
        ]
        return texts.compactMap { text in text.map { trimming ? $0.trimmingWhitespace() : $0 } }.first { !$0.isEmpty }
    }

    /// The payload exactly as it came.
    private static func payload(_ body: BodyFields) throws(APIError) -> PostgresJSON? {
        guard let value = body["payload"], !value.isNull else { return nil }
        guard value.range.count <= payloadLimit else {
            throw APIError(
                .contentTooLarge,
                code: "payload_too_large",
                "payload is too large: at most \(payloadLimit / 1_024) kB.",
                field: "payload"
            )
        }
        return PostgresJSON(value.withRawBytes { String(decoding: $0, as: UTF8.self) })
    }

    /// Whether a stored message is what this draft asks for: then it is the same request, sent again.
    ///
    /// - Parameter firstText: what the message said before it was edited.
    func matches(_ stored: MessageRow, firstText: String?, from: String, to: String) -> Bool {
        guard stored.from == from, stored.to == to, stored.type == type, stored.replyTo == replyTo else { return false }
        // A tombstone has kept nothing else to compare.
        if stored.deletedAt != nil { return true }
        guard firstText == text, stored.payload == payload?.text else { return false }
        // An edit has taken the signature off.
        return stored.editedAt != nil || (stored.version == version && stored.signature == signature)
    }
}

extension String {
    /// Without the white space around it.
    func trimmingWhitespace() -> String {
        var slice = self[...]
        while slice.first?.isWhitespace == true { slice.removeFirst() }
        while slice.last?.isWhitespace == true { slice.removeLast() }
        return String(slice)
    }
}
