import Foundation
import Glibc

/// Runs `body` with a new folder that any user can enter, and removes it afterwards.
func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = URL(filePath: "/tmp/vibe-test-\(UUID())", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    chmod(folder.path, 0o755)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
}

/// Waits until a condition holds, for at most 10 seconds.
func poll(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TimedOut() }
        try await Task.sleep(for: .milliseconds(5))
    }
}

struct TimedOut: Error {}
