import Foundation
import Logging

/// Where a test's services log: standard error, from `warning` up. `VIBE_TEST_LOG=debug` shows more.
enum TestLog {
    static func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        let level = ProcessInfo.processInfo.environment["VIBE_TEST_LOG"].flatMap { Logger.Level(rawValue: $0) }
        logger.logLevel = level ?? .warning
        return logger
    }

    /// For the lifecycle library, whose news is of interest to nobody.
    static let lifecycle: Logger = {
        var logger = TestLog.logger("lifecycle")
        logger.logLevel = .critical
        return logger
    }()
}
