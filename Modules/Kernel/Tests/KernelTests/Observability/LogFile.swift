import Foundation
import JSONText
import Logging

@testable import Kernel

/// A log in a temporary file, read back by a test.
final class LogFile {
    private let url = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
    private let descriptor: Int32
    let sink: LogSink

    init() {
        descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "no temporary file")
        sink = LogSink(fileDescriptor: descriptor)
    }

    deinit {
        sink.flush()
        close(descriptor)
        try? FileManager.default.removeItem(at: url)
    }

    func logger(_ format: LogFormat, level: Logger.Level = .info) -> Logger {
        .lines(label: "test", format: format, level: level, sink: sink)
    }

    /// Everything written so far, line by line, without waiting for the sink.
    var written: [String] {
        get throws {
            let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
            return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        }
    }

    /// Everything logged so far.
    var lines: [String] {
        get throws {
            sink.flush()
            return try written
        }
    }

    /// The same as JSON objects.
    var objects: [JSONValue] {
        get throws { try lines.map { try JSONDocument($0.utf8).root } }
    }
}
