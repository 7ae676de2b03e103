import Postgres

extension PostgresError {
    /// Whether the database could not be asked, rather than having refused: the client gets 503 and may try again.
    ///
    /// A write of unknown outcome is one of them: message ids and idempotency keys make the repetition safe.
    var isOutage: Bool {
        switch kind {
        case .connection, .unavailable, .unknownOutcome, .deadline, .cancelled, .closed: true
        case .server(let state): state.isTransient
        case .encoding, .decoding, .configuration, .misuse: false
        }
    }
}
