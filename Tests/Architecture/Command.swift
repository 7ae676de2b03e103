import Foundation

/// A program run to its end.
enum Command {
    /// - Parameter program: a path, relative to `folder` unless it starts with a slash.
    /// - Returns: the exit status, and what it wrote to both outputs.
    static func run(_ program: String, _ arguments: String..., in folder: URL) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: program, relativeTo: folder.appending(path: "/"))
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
