import Foundation
import JSONText
import Logging
import Testing

@testable import Kernel

@Suite struct LogTests {
    struct Oops: Error {}

    let file = LogFile()

    @Test func writesOneJSONObjectPerLine() throws {
        var logger = file.logger(.json)
        logger[metadataKey: "module"] = "messaging"
        logger.info("sent \"it\"\n", metadata: ["count": .stringConvertible(3), "list": ["a", "b"], "level": "mine"])
        logger.error("failed", error: Oops())
        let lines = try file.objects
        #expect(lines.count == 2)
        #expect(lines[0]["message"]?.string == "sent \"it\"\n")
        #expect(lines[0]["level"]?.string == "info")
        #expect(lines[0]["level_"]?.string == "mine")
        #expect(lines[0]["logger"]?.string == "test")
        #expect(lines[0]["module"]?.string == "messaging")
        #expect(lines[0]["count"]?.int64 == 3)
        #expect(lines[0]["list"]?.elements.map(\.string) == ["a", "b"])
        #expect(lines[0]["time"]?.string?.utf8.count == Timestamp.width)
        #expect(lines[0]["at"] == nil)
        #expect(lines[1]["error"]?.string == "Oops()")
        #expect(lines[1]["at"]?.string?.contains("LogTests.swift:") == true)
    }

    @Test func writesTextThatNobodyCanForge() throws {
        file.logger(.text).warning("one\nINFO two\u{1B}[31m", metadata: ["name": "a\u{202E}b", "b": "1"])
        let lines = try file.lines
        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix(#"WARNING  one\u{a}INFO two\u{1b}[31m  b=1  name=a\u{202e}b"#))
    }

    @Test func leavesOutLowerLevels() throws {
        file.logger(.json, level: .notice).info("no")
        file.logger(.json, level: .notice).notice("yes")
        #expect(try file.objects.map { $0["message"]?.string } == ["yes"])
    }

    @Test func masksSecretsAndTexts() throws {
        file.logger(.json).info(
            "x",
            metadata: [
                "Authorization": "Bearer abc", "session-token": "abc", "database_password": "abc", "text": "abc",
                "nested": ["api_key": "abc", "fine": "seen"], "body_size": "12",
            ]
        )
        let line = try #require(try file.lines.first)
        #expect(!line.contains("abc"))
        #expect(line.contains("seen"))
        #expect(line.contains("12"))
    }

    @Test func writesByItselfSoonAfter() async throws {
        file.logger(.json).info("soon")
        let deadline = ContinuousClock.now + .seconds(10)
        while try file.written.isEmpty, .now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try file.written.count == 1)
    }

    @Test func keepsEveryLineOfManyTasks() async throws {
        let logger = file.logger(.json)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for line in 0..<500 { logger.info("line", metadata: ["n": "\(task)-\(line)"]) }
                }
            }
        }
        #expect(Set(try file.objects.map { $0["n"]?.string }).count == 4_000)
    }

    @Test func dropsWhatNobodyReadsInsteadOfWaiting() async throws {
        let pipe = Pipe()
        let sink = LogSink(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
        let logger = Logger.lines(label: "test", format: .json, level: .info, sink: sink)
        let message = Logger.Message(stringLiteral: String(repeating: "x", count: 100_000))
        // Ten megabytes into a pipe that holds 64 kB: returning at all shows that logging does not wait.
        for _ in 0..<100 { logger.info(message) }
        let reader = Task.detached { try pipe.fileHandleForReading.readToEnd() }
        sink.flush()
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try await reader.value ?? Data(), as: UTF8.self)
        #expect(text.contains("log lines dropped"))
        #expect(text.utf8.count < 9_000_000)
    }
}
