import Foundation
import Glibc

/// The server's log file. One that has grown over 10 MB is set aside at the next start, over the one set aside before.
final class ServerLog {
    let descriptor: Int32
    private let start: off_t
    private static let limit: off_t = 10_000_000

    init(path: String) throws(PrivatePostgresError) {
        var status = stat()
        if stat(path, &status) == 0, status.st_size > Self.limit { rename(path, path + ".1") }
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .noPermission(path: path, reason: String(cString: strerror(errno))) }
        start = lseek(descriptor, 0, SEEK_END)
    }

    deinit { close(descriptor) }

    /// What was written since the file was opened.
    var newText: String {
        lseek(descriptor, start, SEEK_SET)
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    }

    /// The line that tells why a server ended: the last fatal one, or else the last.
    static func reason(in text: String) -> String {
        let lines = text.split(separator: "\n")
        return (lines.last { $0.contains("FATAL:") } ?? lines.last).map(String.init) ?? "no word in the log"
    }
}
