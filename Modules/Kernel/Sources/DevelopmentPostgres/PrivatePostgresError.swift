/// Why a private Postgres could not be used; each description is one line that tells a person what to do or look at.
public enum PrivatePostgresError: Error, Equatable, CustomStringConvertible {
    /// No Postgres server program was found.
    case notInstalled
    /// Started by root, and neither `postgres` nor `nobody` exists to run the server as.
    case noUnprivilegedUser
    /// A file or folder could not be made, read or changed.
    case noPermission(path: String, reason: String)
    /// A folder that only the server's user may own and enter belongs to someone else, or is open to others.
    case untrustedFolder(path: String)
    /// `initdb` ended with an error; `reason` is the last line of its output.
    case initializationFailed(reason: String)
    /// The data was written by another major version of Postgres, which is not installed.
    case differentVersion(data: Int, installed: Int, folder: String)
    /// The TCP port belongs to another program.
    case portTaken(Int)
    /// The server ended or did not get ready in time; `reason` is what it said last, `log` its log file.
    case startFailed(reason: String, log: String)
    /// Another process held the folder's lock for too long.
    case locked(path: String)
    /// A helper program could not be started.
    case commandFailed(command: String, reason: String)
    /// A statement was refused; `reason` is the first line of the server's message.
    case statementFailed(reason: String)

    public var description: String {
        switch self {
        case .notInstalled:
            "Postgres is not installed: run `make setup` (Debian's package postgresql)"
        case .noUnprivilegedUser:
            "Postgres refuses to run as root, and there is no user `postgres` or `nobody` to run it as"
        case .noPermission(let path, let reason):
            "no access to \(path): \(reason)"
        case .untrustedFolder(let path):
            "\(path) belongs to another user or is open to others: remove it and try again"
        case .initializationFailed(let reason):
            "initdb failed: \(reason)"
        case .differentVersion(let data, let installed, let folder):
            "the data in \(folder) is of Postgres \(data), installed is \(installed): "
                + "install postgresql-\(data), or move the folder away to start empty"
        case .portTaken(let port):
            "port \(port) on 127.0.0.1 is taken"
        case .startFailed(let reason, let log):
            "Postgres did not start: \(reason) (log: \(log))"
        case .locked(let path):
            "another process is starting or stopping this Postgres for too long (lock: \(path))"
        case .commandFailed(let command, let reason):
            "\(command) could not be started: \(reason)"
        case .statementFailed(let reason):
            "statement failed: \(reason)"
        }
    }
}
