/// Why a test's request got no answer.
public enum HTTPClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nobody listens there, or not any more.
    case cannotConnect(String)
    /// The server closed the connection before the answer was whole.
    case closed
    /// The answer was not whole in time.
    case timeout(Duration)
    /// What came is no HTTP.
    case malformedAnswer(String)

    public var description: String {
        switch self {
        case .cannotConnect(let reason): "cannot connect: \(reason)"
        case .closed: "the server closed the connection before the answer was whole"
        case .timeout(let limit): "no whole answer within \(limit)"
        case .malformedAnswer(let what): "what the server sent is no HTTP: \(what)"
        }
    }
}
