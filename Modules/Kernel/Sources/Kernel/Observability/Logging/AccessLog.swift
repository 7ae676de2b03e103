public import HTTPTypes
public import Logging

/// One line per request at level info: all of them, or only those that failed or were slow.
public struct AccessLog: Sendable {
    /// The setting `log.requests`.
    public enum Choice: String, Sendable, CaseIterable {
        case all
        /// Answers of 400 and above, and those that took longer than `log.slow_request`.
        case errors
        case none
    }

    private let choice: Choice
    private let slow: Duration
    private let hash: HandleHash
    private let logger: Logger

    public init(choice: Choice, slowerThan slow: Duration, hash: HandleHash, logger: Logger) {
        self.choice = choice
        self.slow = slow
        self.hash = hash
        self.logger = logger
    }

    /// Notes one answered request. One that is not to be logged costs a reading of the clock.
    ///
    /// - Parameters:
    ///   - route: the template, never the path: that may hold what somebody typed. `nil`: no route matched.
    ///   - start: when the request's head had arrived.
    ///   - handle: the caller's folded handle; only its keyed hash is written.
    public func write(
        method: HTTPRequest.Method,
        route: String?,
        status: Int,
        since start: ContinuousClock.Instant,
        requestID: String,
        trace: TraceContext,
        handle: String?
    ) {
        guard choice != .none else { return }
        let duration = ContinuousClock.now - start
        guard choice == .all || status >= 400 || duration >= slow else { return }
        var metadata: Logger.Metadata = [
            "request": .string(requestID),
            // One of an open set, but the server library has checked that it is a token.
            "method": .string(method.rawValue),
            "route": .string(route ?? "unmatched"),
            "status": .stringConvertible(status),
            "duration_ms": .stringConvertible((duration.seconds * 1e5).rounded() / 100),
            "trace": .string(trace.traceID),
        ]
        if let handle { metadata["handle_hash"] = .string(hash(handle)) }
        logger.info("request", metadata: metadata)
    }
}
