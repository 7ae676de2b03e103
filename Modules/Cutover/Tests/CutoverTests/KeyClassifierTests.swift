import Foundation
import Testing

@testable import Cutover

@Suite struct KeyClassifierTests {
    private let classifier = KeyClassifier()

    private func name(_ key: String, _ type: KeyType) -> String {
        switch classifier.classify(Array(key.utf8), type: type) {
        case .known(let pattern): pattern.name
        case .unexpectedType(let pattern): "?" + pattern.name
        case .unknown: "unknown"
        }
    }

    @Test(
        "names that overlap are told apart",
        arguments: [
            ("consent:ada:bob", KeyType.string, "consent:<a>:<b>"),
            ("consent:pending:ada", .set, "consent:pending:*"),
            ("consent:pending:ada", .string, "consent:<a>:<b>"),
            ("presence:index", .zset, "presence:index"),
            ("presence:index", .hash, "presence:<u>"),
            ("presence:data:ada", .string, "presence:data:*"),
            ("presence:data:ada", .hash, "presence:<u>"),
            ("presence:ada", .string, "presence:<u>"),
            ("gigabrain:all", .list, "gigabrain:all"),
            ("gigabrain:abc", .hash, "gigabrain:<id>"),
            ("report:report_1", .string, "report:*"),
            ("reports:pending", .list, "reports:pending"),
            ("thread:a:b:c", .list, "thread:*"),
            ("threads:ada", .list, "threads:*"),
            ("message:x", .string, "unknown"),
            ("vibe:messages", .string, "vibe:messages"),
            ("vibe:messages:old", .string, "unknown"),
            ("vibe:messages", .hash, "?vibe:messages"),
            ("streak:@Seth", .string, "streak:*"),
            ("streak:ada", .hash, "streak:*"),
            ("streak:ada", .stream, "?streak:*"),
            ("test", .string, "test"),
            ("testing", .string, "unknown"),
            ("", .string, "unknown"),
            ("user:", .hash, "user:*"),
        ]
    )
    func overlaps(key: String, type: KeyType, expected: String) {
        #expect(name(key, type) == expected)
    }

    @Test("keys need not be text")
    func bytes() {
        #expect(classifier.classify(Array("msg:".utf8) + [0xFF, 0x00], type: .string) != .unknown)
        #expect(classifier.classify([0xFF], type: .string) == .unknown)
    }

    @Test("no pattern stands twice, and each is found by its own name")
    func table() {
        #expect(Set(KeyPattern.all.map(\.name)).count == KeyPattern.all.count)
        for pattern in KeyPattern.all {
            for type in pattern.types {
                let key = pattern.prefix + (pattern.isOpen ? Array("x:y".utf8) : [])
                #expect(classifier.classify(key, type: type) == .known(pattern), "\(pattern.name)")
            }
        }
    }

    @Test("the README says what becomes of each")
    func readme() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        let document = try String(contentsOf: url, encoding: .utf8)
        let section = try #require(document.split(separator: "\n## ").first { $0.hasPrefix("Keys\n") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.map(String.init) == KeyPattern.all.map(\.row))
    }

    private static let sample = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../../../shared/kv-sample").standardized

    @Test(
        "the sample's keys have the patterns that it counts",
        .enabled(if: FileManager.default.fileExists(atPath: sample.path))
    )
    func sampleKeys() throws {
        struct Line: Decodable {
            let key: String
            let type: String
        }
        var counts: [String: Int] = [:]
        var unknown: Set<String> = []
        for text in try String(contentsOf: Self.sample.appending(path: "kv-sample.jsonl"), encoding: .utf8)
            .split(separator: "\n")
        {
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            let type = try #require(KeyType(rawValue: line.type))
            switch classifier.classify(Array(line.key.utf8), type: type) {
            case .known(let pattern): counts["\(pattern.name) (\(type.rawValue))", default: 0] += 1
            case .unexpectedType, .unknown: unknown.insert(line.key)
            }
        }
        #expect(unknown == ["vibecodings:views", "vibecodings:og-cache:1", "next-auth:csrf"])
        let json = try Data(contentsOf: Self.sample.appending(path: "kv-patterns.json"))
        var expected = try JSONDecoder().decode([String: Int].self, from: json)
            .filter { !$0.key.hasPrefix("vibecodings:") && !$0.key.hasPrefix("next-auth:") }
        // One pattern here, two there.
        expected["ratelimit:* (string)"] =
            (expected.removeValue(forKey: "ratelimit:presence:* (string)") ?? 0)
            + (expected.removeValue(forKey: "ratelimit:register:* (string)") ?? 0)
        #expect(counts == expected)
    }
}

extension KeyPattern {
    /// The pattern's line in the README's table.
    fileprivate var row: String {
        let types = self.types.map(\.rawValue).sorted().joined(separator: ", ")
        let (fate, detail) =
            switch self.fate {
            case .migrated(let set, let target): ("**\(set.rawValue)**", target)
            case .index(let set, let detail): ("**\(set.rawValue)** (index)", detail)
            case .waiting(let module): ("waits for its module", module)
            case .ephemeral(let reason): ("ephemeral", reason)
            case .archived(let reason): ("archived only", reason)
            }
        return "| `\(name)` | \(types) | \(fate) | \(detail) |"
    }
}
