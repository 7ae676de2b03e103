/// Why the service did not start: one line, and the exit code of the command.
public struct StartFailure: Error, CustomStringConvertible {
    public let description: String
    /// As in sysexits.h: 69 the database cannot be reached, 78 wrong settings, 1 anything else.
    public let code: Int32

    public init(_ description: String, code: Int32 = 1) {
        self.description = description
        self.code = code
    }
}
