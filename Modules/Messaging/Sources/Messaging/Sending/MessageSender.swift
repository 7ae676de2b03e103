import Contracts
import HTTPTypes
import Kernel
import Postgres

/// Sends what people write: consent, the write with everything it implies, and retries.
struct MessageSender: Sendable {
    let store: any MessageStore
    let extensions: any EditStore & NonceStore
    let people: People
    let consent: (any ConsentCapability)?
    let signatures: SignatureChecker
    let services: KernelServices

    /// What became of a draft.
    struct Outcome: Sendable {
        let message: MessageRow
        let recipient: Person
        let consent: ConsentDecision.State

        var signature: SignatureState { message.signatureState }
    }

    /// Stores a message in one durable round trip (with SocialGraph one more, to ask for consent).
    ///
    /// - Throws: 400, 401 for a signature, 403, 422 `id_taken`, 429. Nothing is written then.
    func send(_ draft: MessageDraft, _ request: APIRequest) async throws -> Outcome {
        let sender = try await sender(of: draft, request)
        let handle = try await people.handle(draft.to, field: "to")
        let known = try await people.directory.person(handle.key)
        var recipient = known ?? People.unknown(handle)
        let decision: ConsentDecision?
        do {
            decision = try await consent?.check(from: sender, to: recipient)
        } catch let refusal as ConsentRefused {
            // A retry of what was accepted before gets the first answer, whatever has happened since.
            if let first = try await firstAnswer(to: draft, sender, recipient) {
                return Outcome(message: first, recipient: recipient, consent: .pending)
            }
            throw Self.answer(to: refusal)
        }
        let signature: SignatureVerdict
        do {
            signature = try await signatures.check(draft.signed, from: sender.handle, at: request.receivedAt)
        } catch let refusal as SignatureRefused {
            // Likewise: a retry may come when its time is over.
            guard let first = try await firstAnswer(to: draft, sender, recipient) else { throw refusal.answer }
            return Outcome(message: first, recipient: recipient, consent: decision?.state ?? .accepted)
        }
        if known == nil {
            // Only what will be sent may make a row for the name, and a taken id keeps it from being sent.
            if let id = draft.id, try await store.message(id) != nil {
                guard let first = try await firstAnswer(to: draft, sender, recipient) else { throw Self.idTaken }
                return Outcome(message: first, recipient: recipient, consent: decision?.state ?? .accepted)
            }
            recipient = try await people.personOrPlaceholder(handle, madeBy: sender, field: "to")
        }
        let message = message(draft, signature.state, from: sender, to: recipient, at: request.receivedAt)
        let state = decision?.state ?? .accepted
        do {
            let stored = try await store.send(
                message,
                with: implications(of: message, sender, decision, signature),
                through: request.writer
            )
            return Outcome(message: stored, recipient: recipient, consent: state)
        } catch is DuplicateMessageID {
            guard let first = try await firstAnswer(to: draft, sender, recipient) else { throw Self.idTaken }
            return Outcome(message: first, recipient: recipient, consent: state)
        } catch let error as UnknownPerson {
            // One of the two was renamed or erased a moment ago; the directory will know in the next.
            throw APIError.unavailable(cause: error)
        } catch  where extensions.isReplay(error) {
            // A retry has the id of the first message, and was answered above.
            throw SignatureRefused.replayed.answer
        }
    }

    private func sender(of draft: MessageDraft, _ request: APIRequest) async throws -> Person {
        let caller = try request.caller()
        if let from = draft.from, try await people.handle(from, field: "from").key != caller.handle {
            throw APIError.forbidden("from is not the owner of this token.")
        }
        return caller.person
    }

    private func message(
        _ draft: MessageDraft,
        _ signature: SignatureState,
        from: Person,
        to: Person,
        at time: PostgresTimestamp
    ) -> NewMessage {
        NewMessage(
            id: draft.id ?? services.ids.make("msg_", at: time),
            from: from.handle,
            to: to.handle,
            text: draft.text,
            payload: draft.payload,
            type: draft.type,
            replyTo: draft.replyTo,
            version: draft.version,
            signature: draft.signature,
            signatureState: signature,
            isSystem: false,
            at: time
        )
    }

    /// Statements that share the write's fate: what the signature uses up, and those of other modules.
    private func implications(
        of message: NewMessage,
        _ sender: Person,
        _ decision: ConsentDecision?,
        _ signature: SignatureVerdict
    ) -> [PostgresQuery] {
        let event = MessageSent(
            id: message.id,
            from: message.from,
            to: message.to,
            day: people.directory.day(of: sender, at: message.at)
        )
        let contact = decision.flatMap { decision in consent?.record(decision, preview: message.preview) }
        let nonce = signature.nonce.map { [extensions.using($0)] }
        return (nonce ?? []) + (contact ?? []) + services.events.statements(for: event)
    }

    /// The stored message, if this draft was sent before under the same id.
    private func firstAnswer(to draft: MessageDraft, _ sender: Person, _ recipient: Person) async throws -> MessageRow?
    {
        guard let id = draft.id, let stored = try await store.message(id) else { return nil }
        let firstText = stored.editedAt == nil ? stored.text : try await extensions.edits(of: id).first?.text
        let isSame = draft.matches(stored, firstText: firstText, from: sender.handle, to: recipient.handle)
        return isSame ? stored : nil
    }

    private static let idTaken = APIError(
        .unprocessableContent,
        code: "id_taken",
        "There is another message with this id.",
        field: "id"
    )

    private static func answer(to refusal: ConsentRefused) -> APIError {
        switch refusal.reason {
        case .blocked: APIError.consentBlocked
        case .required:
            APIError(
                .forbidden,
                code: "consent_required",
                error: "consent_required",
                "This person has not accepted your request yet."
            )
        case .strangerLimit:
            APIError(
                .tooManyRequests,
                code: "stranger_limit",
                "You have written to many people who have not answered. Try again later.",
                retryAfter: 3_600
            )
        }
    }
}

extension APIError {
    /// One of two people has blocked the other.
    static let consentBlocked = APIError(
        .forbidden,
        code: "consent_blocked",
        error: "consent_blocked",
        "This person does not receive messages from you."
    )
}
