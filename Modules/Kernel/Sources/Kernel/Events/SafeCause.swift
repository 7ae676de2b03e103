import Postgres

/// What may be kept or logged of an error that passed through a handler: an error's own description may quote texts.
public enum SafeCause {
    /// A database error describes itself without data; of any other, only its type is told.
    public static func text(_ error: any Error) -> String {
        (error as? PostgresError)?.description ?? String(describing: type(of: error))
    }
}
