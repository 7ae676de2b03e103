import KeyValue
import Postgres

/// What may be told of an error in logs and tables: never keys or values.
enum SafeText {
    static func of(_ error: any Error) -> String {
        switch error {
        case let error as PostgresError: "\(error)"
        case let error as KeyValueError: "\(error)"
        default: "\(type(of: error))"
        }
    }
}
