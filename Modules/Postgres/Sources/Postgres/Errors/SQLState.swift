/// A five-character code by which Postgres names what went wrong.
///
/// Source: Appendix A of the Postgres documentation, "PostgreSQL Error Codes".
public struct SQLState: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The code, as `23505`.
    public let rawValue: String

    /// A code, as `23505`.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// A code, as `23505`.
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    /// The code itself.
    public var description: String { rawValue }

    /// The first two characters, which name a class of conditions: `23` is every broken constraint.
    public var conditionClass: Substring { rawValue.prefix(2) }

    /// Whether the same transaction, run again from its start, may well succeed.
    public var isTransient: Bool {
        switch self {
        case .serializationFailure, .deadlockDetected, .lockNotAvailable, .adminShutdown, .crashShutdown,
            .cannotConnectNow, .tooManyConnections, .idleInTransactionSessionTimeout:
            true
        default: conditionClass == "08"
        }
    }
}

extension SQLState {
    public static let connectionFailure: Self = "08006"
    public static let featureNotSupported: Self = "0A000"
    public static let stringDataRightTruncation: Self = "22001"
    public static let numericValueOutOfRange: Self = "22003"
    public static let divisionByZero: Self = "22012"
    public static let characterNotInRepertoire: Self = "22021"
    public static let invalidTextRepresentation: Self = "22P02"
    public static let badCopyFileFormat: Self = "22P04"
    public static let untranslatableCharacter: Self = "22P05"
    public static let integrityConstraintViolation: Self = "23000"
    public static let restrictViolation: Self = "23001"
    public static let notNullViolation: Self = "23502"
    public static let foreignKeyViolation: Self = "23503"
    public static let uniqueViolation: Self = "23505"
    public static let checkViolation: Self = "23514"
    public static let exclusionViolation: Self = "23P01"
    public static let readOnlySQLTransaction: Self = "25006"
    public static let inFailedSQLTransaction: Self = "25P02"
    public static let idleInTransactionSessionTimeout: Self = "25P03"
    public static let invalidSQLStatementName: Self = "26000"
    public static let invalidPassword: Self = "28P01"
    public static let invalidAuthorizationSpecification: Self = "28000"
    public static let invalidCatalogName: Self = "3D000"
    public static let serializationFailure: Self = "40001"
    public static let deadlockDetected: Self = "40P01"
    public static let syntaxError: Self = "42601"
    public static let insufficientPrivilege: Self = "42501"
    public static let undefinedColumn: Self = "42703"
    public static let undefinedFunction: Self = "42883"
    public static let undefinedTable: Self = "42P01"
    public static let duplicateTable: Self = "42P07"
    public static let duplicatePreparedStatement: Self = "42P05"
    public static let tooManyConnections: Self = "53300"
    public static let objectInUse: Self = "55006"
    public static let lockNotAvailable: Self = "55P03"
    public static let queryCanceled: Self = "57014"
    public static let adminShutdown: Self = "57P01"
    public static let crashShutdown: Self = "57P02"
    public static let cannotConnectNow: Self = "57P03"
    public static let databaseDropped: Self = "57P04"
    public static let idleSessionTimeout: Self = "57P05"
    public static let raiseException: Self = "P0001"
}
