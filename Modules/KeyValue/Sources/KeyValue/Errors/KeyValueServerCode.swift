/// The first word of a server's error, such as `WRONGTYPE`.
public struct KeyValueServerCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// No word of its own.
    public static let error = Self(rawValue: "ERR")
    /// The key holds a value of another type.
    public static let wrongType = Self(rawValue: "WRONGTYPE")
    /// The server reads its data from disk after a start.
    public static let loading = Self(rawValue: "LOADING")
    /// A script keeps the server busy.
    public static let busy = Self(rawValue: "BUSY")
    /// A replica takes no writes.
    public static let readOnly = Self(rawValue: "READONLY")
    /// The server is out of memory.
    public static let outOfMemory = Self(rawValue: "OOM")
    /// A transaction was dropped because one of its commands was refused.
    public static let transactionAborted = Self(rawValue: "EXECABORT")
    /// The user may not do this.
    public static let noPermission = Self(rawValue: "NOPERM")

    /// Whether the server did nothing, and may soon do it.
    public var isTransient: Bool {
        ["LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN"].contains(rawValue)
    }
}

extension KeyValueServerCode: CustomStringConvertible {
    public var description: String { rawValue }
}
