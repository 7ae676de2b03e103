/// All that keeps the modules' parts from being one sound API document.
public struct OpenAPIError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line each, with file, line and column where there is a place to point to.
    public let problems: [String]

    public var description: String { problems.joined(separator: "\n") }
}
