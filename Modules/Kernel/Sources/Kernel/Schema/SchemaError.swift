/// Why the schema is not as the modules need it. Each case reads as one line.
public enum SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Files that were not applied yet, as `module/name`.
    case pending([String])
    /// A file that was changed after it was applied.
    case edited(module: String, name: String)
    /// A file that begins or ends a transaction by itself.
    case transactionControl(module: String, name: String, line: Int)
    /// A statement failed; nothing of its file remains, unless the file is marked to run without a transaction.
    /// `message` is the server's, without the values it may have added.
    case failed(module: String, name: String, line: Int, sqlState: String?, message: String)

    public var description: String {
        switch self {
        case .pending(let files):
            "The schema lacks \(files.count) migration\(files.count == 1 ? "" : "s"), first \(files.first ?? ""): "
                + "run `vibe schema migrate`."
        case .edited(let module, let name):
            "The migration \(module)/\(name).sql was edited after it was applied: restore it and add a new file."
        case .transactionControl(let module, let name, let line):
            "The migration \(module)/\(name).sql must not begin or end transactions (line \(line))."
        case .failed(let module, let name, let line, let sqlState, let message):
            "The migration \(module)/\(name).sql failed at line \(line)"
                + (sqlState.map { " (SQLSTATE \($0))" } ?? "") + ": \(message)"
        }
    }
}
