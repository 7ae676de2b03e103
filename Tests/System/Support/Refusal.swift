import Foundation
import KernelTesting
import Testing

/// How a command ended that must not succeed: with one line on standard error and a code of its own.
struct Refusal {
    let status: Int32
    let line: String

    /// Runs a command and reads the one line that it leaves.
    ///
    /// - Parameter environment: all of it; by default logs go the way programs read them.
    static func of(
        _ arguments: [String],
        environment: [String: String] = [:],
        folder: URL? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Refusal {
        let outcome = try await VibeProgram.run(arguments, environment: environment, folder: folder)
        let lines = outcome.errors.split(separator: "\n").map(String.init)
        #expect(lines.count == 1, "one line:\n\(outcome.errors)", sourceLocation: sourceLocation)
        return Refusal(status: outcome.status, line: lines.last ?? "")
    }
}
