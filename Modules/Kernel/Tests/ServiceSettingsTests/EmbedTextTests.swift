import Foundation
import Testing

/// Runs the tool as the plugin does, and the compiler over what it wrote.
@Suite("embed-text")
struct EmbedTextTests {
    private static let awkward: [String: String] = [
        "Migrations/0002_second.sql": "SELECT 2;",
        "Migrations/0001_first.sql": "SELECT 'é 😀';\n",
        "Migrations/0010_tenth.sql": "",
        "openapi.yaml": "openapi: 3.1.0\r\ninfo: {}\r\n",
        "Queries/inbox_page.sql": "\"\"\"# \"\"\"##\n\\#(name) \\##n \\\n#\"\"\"\n\\(1) \\###u{41} \"\"\"\"####\n",
        "Queries/nested/2_odd-name.yml":
            "\n\n  \t trailing  \n\ra\u{0}b\u{1B}\u{7F}\u{FEFF}\u{2028}\n<<<<<<< x\n<#y#>\n\n",
        "default.yaml": "\\",
    ]

    private static let constants = [
        "openapi": "openapi.yaml", "queriesInboxPage": "Queries/inbox_page.sql",
        "queriesNested2OddName": "Queries/nested/2_odd-name.yml", "default": "default.yaml",
    ]

    @Test("What the compiled constants hold is the files, byte for byte")
    func byteExact() throws {
        try withTemporaryFolder { folder in
            let paths = try write(Self.awkward, in: folder)
            let output = folder.appending(path: "EmbeddedText.swift")
            let tool = try run(Self.tool, [output.path, folder.path] + paths)
            #expect(tool.status == 0, "\(tool.error)")

            let main = folder.appending(path: "main.swift")
            let constants = Self.constants.keys.sorted()
            let lines = constants.map { "print(Array(EmbeddedText.`\($0)`.utf8))" }
            let migrations = "for file in EmbeddedText.migrations { print(file.name, Array(file.text.utf8)) }"
            try Data((lines + [migrations]).joined(separator: "\n").utf8).write(to: main)
            let program = folder.appending(path: "program").path
            let compiler = try run(
                "/usr/bin/env",
                ["swiftc", "-swift-version", "6", "-o", program, output.path, main.path]
            )
            #expect(compiler.status == 0, "\(compiler.error)")
            #expect(compiler.error == "", "no warnings either")

            let expected =
                constants.compactMap { Self.constants[$0] }.compactMap { Self.awkward[$0] }.map { "\(Array($0.utf8))" }
                + ["0001_first.sql", "0002_second.sql", "0010_tenth.sql"].map { name in
                    "\(name) \(Array((Self.awkward["Migrations/" + name] ?? "").utf8))"
                }
            let printed = try run(program, []).output
            #expect(printed.split(separator: "\n").map(String.init) == expected)
        }
    }

    @Test("Without files there is still an empty list of migrations")
    func empty() throws {
        try withTemporaryFolder { folder in
            let output = folder.appending(path: "EmbeddedText.swift")
            let tool = try run(Self.tool, [output.path, folder.path])
            #expect(tool.status == 0, "\(tool.error)")
            let source = try String(contentsOf: output, encoding: .utf8)
            #expect(source.contains("static let migrations:"))
        }
    }

    @Test(
        "What cannot be embedded stops the build with one line",
        arguments: [
            (["a_b.sql": Data("1".utf8), "aB.yaml": Data("2".utf8)], "a_b.sql and aB.yaml have one name, 'aB'"),
            (["migrations.yaml": Data()], "migrations.yaml and the list of migrations have one name, 'migrations'"),
            (["latin1.sql": Data([0x61, 0xE9])], "latin1.sql is not UTF-8"),
        ]
    )
    func refused(files: [String: Data], expected: String) throws {
        try withTemporaryFolder { folder in
            let paths = try files.sorted { $0.key < $1.key }.map { name, data in
                let file = folder.appending(path: name)
                try data.write(to: file)
                return file.path
            }
            let tool = try run(Self.tool, [folder.appending(path: "Out.swift").path, folder.path] + paths)
            #expect(tool.status == 1)
            #expect(tool.error.hasPrefix("embed-text: ") && tool.error.hasSuffix(expected + "\n"), "\(tool.error)")
            #expect(tool.error.split(separator: "\n").count == 1)
        }
    }

    // MARK: - Support

    /// Built beside the tests; the plugin's own copy has a suffix.
    private static let tool: String = {
        let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = ["embed-text", "embed-text-tool"].map { folder.appending(path: $0).path }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
    }()

    private func write(_ files: [String: String], in folder: URL) throws -> [String] {
        try files.map { path, text in
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
            return file.path
        }
    }

    private func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "embed-text-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String, error: String) {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        // Outputs are far smaller than a pipe's buffer, so reading one after the other cannot block.
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let problems = try error.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: text, as: UTF8.self), String(decoding: problems, as: UTF8.self)
        )
    }
}
