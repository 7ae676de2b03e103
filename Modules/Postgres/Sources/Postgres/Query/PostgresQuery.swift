/// An SQL text with its bound values.
///
/// Interpolated values never become part of the text; each becomes a parameter:
///
/// ```swift
/// let query: PostgresQuery = "SELECT shown FROM handles WHERE handle = \(handle)"
/// ```
///
/// SQL that is kept elsewhere, with `$1`, `$2` … in it, takes its values from ``init(sql:binds:)``.
/// A value that cannot be encoded (a text with U+0000) makes the execution throw before anything is sent.
public struct PostgresQuery: Sendable {
    /// The statement, with `$1`, `$2` … where values go.
    public let sql: String

    let parameters: PostgresParameters

    /// A statement and its values in the order of `$1`, `$2` …
    public init(sql: String, binds: [PostgresBind] = []) {
        self.sql = sql
        var parameters = PostgresParameters()
        for bind in binds { parameters.append(bind) }
        self.parameters = parameters
    }

    /// The bound values, in the order of `$1`, `$2` …
    public var binds: [PostgresBind] { parameters.binds }

    /// Why it cannot be sent: a value that could not be encoded, or a text that C would cut short.
    var failure: PostgresError? {
        parameters.failure ?? (sql.holdsNul ? .encoding("an SQL text holds U+0000") : nil)
    }
}

extension PostgresQuery: ExpressibleByStringInterpolation {
    /// A statement without values.
    public init(stringLiteral sql: String) {
        self.init(sql: sql)
    }

    /// A statement whose interpolated values became parameters.
    @inlinable
    public init(stringInterpolation interpolation: StringInterpolation) {
        self.init(interpolation)
    }

    @usableFromInline
    init(_ interpolation: StringInterpolation) {
        sql = interpolation.sql
        parameters = interpolation.parameters
    }

    /// Turns every interpolated value into a parameter.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        @usableFromInline var sql = ""
        @usableFromInline var parameters: PostgresParameters

        /// Prepares for a text of about `literalCapacity` bytes with `interpolationCount` values.
        @inlinable
        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + 3 * interpolationCount)
            parameters = PostgresParameters(capacity: interpolationCount)
        }

        /// Appends SQL text.
        @inlinable
        public mutating func appendLiteral(_ literal: String) {
            sql.append(literal)
        }

        /// Binds a value.
        @inlinable
        public mutating func appendInterpolation<T: PostgresEncodable>(_ value: T) {
            parameters.append(value)
            appendPlaceholder()
        }

        /// Binds a value; `nil` is NULL. Without this, the compiler would warn of every optional value.
        @inlinable
        public mutating func appendInterpolation<T: PostgresEncodable>(_ value: T?) {
            parameters.append(value)
            appendPlaceholder()
        }

        /// Binds a value that was encoded before.
        public mutating func appendInterpolation(_ bind: PostgresBind) {
            parameters.append(bind)
            appendPlaceholder()
        }

        /// Splices text into the statement as it is: for identifiers and fragments from the program itself.
        /// Never pass anything that came from outside.
        @inlinable
        public mutating func appendInterpolation(unescaped text: String) {
            sql.append(text)
        }

        @usableFromInline
        mutating func appendPlaceholder() {
            sql.append("$")
            sql.append(String(parameters.count))
        }
    }
}
