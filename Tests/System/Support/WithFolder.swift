import Foundation

/// A folder of `/tmp`, empty at first, that goes with the test. Everybody may enter it, as a database's user must.
nonisolated(nonsending) func withFolder<Result>(
    files: [String: String] = [:],
    _ body: (URL) async throws -> Result
) async throws -> Result {
    let folder = URL(filePath: "/tmp/vibe-system-\(UUID().uuidString.prefix(8))", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(
        at: folder,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o755]
    )
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    return try await body(folder)
}
