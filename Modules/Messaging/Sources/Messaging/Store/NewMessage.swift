import Postgres

/// A message on its way into the store.
struct NewMessage: Sendable {
    let id: String
    /// Folded keys.
    let from: String
    let to: String
    /// At most 2,000 UTF-16 units; `nil` when there is only a payload.
    let text: String?
    let payload: PostgresJSON?
    /// `dm`, `ping`, or what the client calls it.
    let type: String
    let replyTo: String?
    /// The version and signature of AIRC, as sent.
    let version: String?
    let signature: String?
    /// What became of the signature; `nil` for an unsigned message.
    let signatureState: SignatureState?
    /// Whether the service itself wrote it.
    let isSystem: Bool
    /// The time of the write by the clock; the store moves it past the thread's last message.
    let at: PostgresTimestamp

    /// The beginning of the text, as summaries keep it.
    var preview: String { Preview.make(text) }
}

/// A message with this id exists already. Nothing was written.
struct DuplicateMessageID: Error {}

/// The sender or the recipient has no row any more. Nothing was written.
struct UnknownPerson: Error {}
