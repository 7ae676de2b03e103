import Contracts
import JSONText
import Kernel

extension MessageRoutes {
    /// `POST /api/messages`
    func send(_ request: APIRequest) async throws -> APIResponse {
        let draft = try MessageDraft(request.json(), trimming: false)
        let outcome = try await sender.send(draft, request)
        let peer = PeerText(owner: try request.caller().person, peer: outcome.recipient)
        return .json(reserve: 2_048) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("message")
            MessageWriter(shape: .full).write(outcome.message, peer, isSent: true, to: &json) { json in
                json.key("consent")
                json.string(outcome.consent.shown)
            }
            json.key("messageId")
            json.string(outcome.message.id)
            json.key("consent")
            json.string(outcome.consent.shown)
            json.members(#""storage":"postgres""#)
            json.key("display")
            json.string("Sent to @\(outcome.recipient.shown)")
            if draft.signature != nil { writeSignatureState(draft, outcome.signature, to: &json) }
            json.endObject()
        }
    }

    /// `POST /api/messages/send`: the original's other way to send, for agents.
    func shortSend(_ request: APIRequest) async throws -> APIResponse {
        let draft = try MessageDraft(request.json(), trimming: true)
        let outcome = try await sender.send(draft, request)
        let peer = PeerText(owner: try request.caller().person, peer: outcome.recipient)
        let signature = outcome.signature.rawValue
        return .json(reserve: 2_048) { json in
            json.beginObject()
            json.members(#""success":true"#)
            json.key("message")
            MessageWriter(shape: .full, hasTimestamp: true).write(outcome.message, peer, isSent: true, to: &json) {
                json in
                json.key("_signature")
                json.string(signature)
            }
            json.members(#""_storage":"postgres""#)
            json.key("_signature")
            json.string(signature)
            json.key("_consent")
            json.string(outcome.consent.rawValue)
            json.endObject()
        }
    }

    private func writeSignatureState(_ draft: MessageDraft, _ state: SignatureState, to json: inout JSONWriter) {
        json.key("airc")
        json.beginObject()
        json.key("version")
        if let version = draft.version { json.string(version) } else { json.null() }
        json.key("signatureVerified")
        json.bool(state == .verified)
        json.key("signatureReason")
        json.string(state.reason)
        json.endObject()
    }
}

extension ConsentDecision.State {
    /// What clients of `POST /api/messages` know: accepted or pending.
    var shown: String { self == .pending ? "pending" : "accepted" }
}
