public import Foundation

/// The program `vibe` as it was built beside the tests, for those that kill it or read its exit code.
public enum VibeProgram {
    /// What a finished command left.
    public struct Outcome: Sendable {
        /// As a shell shows it: 128 + n after signal n.
        public let status: Int32
        public let output: String
        public let errors: String
    }

    /// Beside the test bundle; `VIBE_TEST_PROGRAM` names another.
    public static var path: String {
        get throws {
            let variable = ProcessInfo.processInfo.environment["VIBE_TEST_PROGRAM"]
            let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            let path = variable ?? bundle.deletingLastPathComponent().appending(path: "vibe").path
            guard FileManager.default.isExecutableFile(atPath: path) else { throw NotBuilt(path: path) }
            return path
        }
    }

    /// Runs a command to its end: `run(["schema", "status"], environment: ["DATABASE_URL": database.url])`.
    ///
    /// - Parameters:
    ///   - environment: all of it; the tests' own is not handed on.
    ///   - folder: where it runs; by default an empty temporary folder, so that no config.yaml is found.
    public static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        folder: URL? = nil
    ) async throws -> Outcome {
        let process = try VibeProcess(arguments, environment: environment, folder: folder)
        let status = await process.exitStatus
        return Outcome(status: status, output: await process.output.end(), errors: await process.errors.end())
    }

    /// The tests were built without the product.
    struct NotBuilt: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is missing: run `swift build --product vibe` first" }
    }
}
