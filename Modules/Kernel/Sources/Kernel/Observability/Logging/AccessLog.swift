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
    private let slowNanoseconds: UInt64
    private let hash: HandleHash
    private let logger: Logger

    public init(choice: Choice, slowerThan slow: Duration, hash: HandleHash, logger: Logger) {
        self.choice = choice
        self.slowNanoseconds = UInt64(max(slow.seconds, 0) * 1e9)
        self.hash = hash
        self.logger = logger
    }

    /// Notes one answered request. What is not to be logged costs two comparisons.
    ///
    /// - Parameters:
    ///   - id: the request id.
    ///   - route: the template, never the path: that may hold what somebody typed.
    ///   - durationNanoseconds: from the request's head to the end of its answer.
    ///   - handle: the caller's folded handle; only its keyed hash is written.
    public func record(
        id: String,
        method: String,
        route: String,
        status: Int,
        durationNanoseconds: UInt64,
        handle: String?,
        trace: TraceContext
    ) {
        guard isWanted(status: status, durationNanoseconds: durationNanoseconds) else { return }
        var metadata: Logger.Metadata = [
            "request_id": .string(id),
            "method": .string(method),
            "route": .string(route),
            "status": .stringConvertible(status),
            "duration_ms": .stringConvertible((Double(durationNanoseconds) / 1e4).rounded() / 100),
            "trace_id": .string(trace.traceID),
        ]
        if let handle { metadata["handle_hash"] = .string(hash(handle)) }
        logger.info("request", metadata: metadata)
    }

    private func isWanted(status: Int, durationNanoseconds: UInt64) -> Bool {
        switch choice {
        case .all: true
        case .errors: status >= 400 || durationNanoseconds >= slowNanoseconds
        case .none: false
        }
    }
}
