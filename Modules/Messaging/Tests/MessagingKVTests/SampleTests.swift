import Cutover
import IdentityKV
import KeyValue
import MessagingKV
import Postgres
import Synchronization
import Testing

/// The backfill of the sample against its ground truth.
@Suite(.enabled(if: Sample.isThere, "the sample lies beside the repository"), .serialized)
struct SampleTests {
    @Test func peopleAndMessagesAreAllThere() async throws {
        try await withSample { client in
            try await withDatabase { database in
                let before = client.budget.used
                let report = try await Backfill(from: client, to: database, sets: bothSets).run()
                // 0.01 for each string, 1.1 for each other key, and the scans.
                #expect(client.budget.used - before < 2_000)
                #expect(report.total("written", of: .messages) == 1_271)
                try await checkPeople(database)
                try await checkMessages(database)
                #expect(report.findings.first { $0.outcome == "conflict" }?.total == 2)
            }
        }
    }

    private func checkPeople(_ database: PostgresClient) async throws {
        var shown: Set<String> = []
        for row in try await database.read("SELECT handle FROM handles WHERE kind IN ('human', 'agent', 'system')") {
            shown.insert(row.string(0))
        }
        for part in ["handles", "users", "agents"] {
            let names = try #require(Sample.part(part, "list", as: [String].self))
            let missing = names.compactMap { OldName($0)?.key }.filter { !shown.contains($0) }
            #expect(missing.isEmpty, "\(part) \(missing)")
        }
        let profiles = try await database.read("SELECT count(*), count(public_key) FROM users")[0]
        let names = try #require(Sample.part("users", "list", as: [String].self)).compactMap { OldName($0)?.key }
        #expect(Int(profiles.int64(0)) == Set(names).count)
        let keys = try #require(Sample.part("users", "with_public_key", as: [String].self)).compactMap {
            OldName($0)?.key
        }
        #expect(Int(profiles.int64(1)) == Set(keys).count)
        #expect(try await count("SELECT count(*) FROM agents", database) == Sample.part("agents", "count"))
        let unproven = try await count(
            "SELECT count(*) FROM handles WHERE kind IN ('human', 'agent') AND NOT carried_over",
            database
        )
        #expect(unproven == 0)
        let stampedNow = try await count(
            "SELECT count(*) FROM handles WHERE carried_over AND registered_at > '2026-01-13'",
            database
        )
        #expect(stampedNow == 0)
    }

    private func checkMessages(_ database: PostgresClient) async throws {
        let messages = try await count("SELECT count(*) FROM messages", database)
        #expect(messages == Sample.part("messages", "surviving_with_every_version_of_conflicting_ids"))
        // The ground truth counts an id once, under the version that its own rule names.
        let counted = try #require(Sample.part("messages", "by_pair", as: [[Any]].self))
        var expected: [String: Int] = [:]
        for pair in counted {
            let names = pair.prefix(2).compactMap { $0 as? String }.compactMap { OldName($0)?.key }
            expected[names.joined(separator: " > "), default: 0] += pair[2] as? Int ?? 0
        }
        var found: [String: Int] = [:]
        let rows = try await database.read(
            "SELECT from_user, to_user, count(*) FROM messages WHERE id NOT LIKE '%~%' GROUP BY 1, 2"
        )
        for row in rows { found["\(row.string(0)) > \(row.string(1))"] = Int(row.int64(2)) }
        let different = Set(expected.keys).union(found.keys).filter { expected[$0] != found[$0] }
        #expect(different.isEmpty, "\(different.map { "\($0): \(expected[$0] ?? 0), not \(found[$0] ?? 0)" })")
        let wrong = try await count(
            """
            SELECT count(*) FROM message_threads AS t
            WHERE t.unread <> (
                SELECT count(*) FROM messages AS m
                WHERE m.to_user = t.owner AND m.from_user = t.peer AND NOT m.read AND NOT m.withheld
            )
            """,
            database
        )
        #expect(wrong == 0)
    }

    private func count(_ query: PostgresQuery, _ database: PostgresClient) async throws -> Int {
        Int(try await database.read(query)[0].int64(0))
    }

    @Test func aSecondRunChangesNothing() async throws {
        try await withSample { client in
            try await withDatabase { database in
                _ = try await Backfill(from: client, to: database, sets: bothSets).run()
                let first = try await rows(in: database)
                let report = try await Backfill(from: client, to: database, sets: bothSets).run()
                expectSame(try await rows(in: database), first)
                for set in [DataSetName.identity, .messages] {
                    #expect(report.total("written", of: set) == 0)
                    #expect(report.total("changed", of: set) == 0)
                }
            }
        }
    }

    /// Stopped after each page in turn, and begun again.
    @Test func aStoppedRunGoesOn() async throws {
        try await withSample { client in
            let whole = try await withDatabase { database in
                _ = try await Backfill(from: client, to: database, sets: bothSets).run()
                return try await rows(in: database)
            }
            try await withDatabase { database in
                var stops = 0
                while stops < 100 {
                    let backfill = Backfill(from: client, to: database, sets: bothSets) { _ in throw Stopped() }
                    do {
                        _ = try await backfill.run()
                        break
                    } catch is Stopped {
                        stops += 1
                    }
                }
                #expect(stops > 5)
                #expect(stops < 100)
                expectSame(try await rows(in: database), whole)
            }
        }
    }

    /// Which recipients left traces is known once identity is there; the next backfill of messages heeds it.
    @Test func theOrderOfDataSetsDoesNotMatter() async throws {
        try await withSample { client in
            let usual = try await withDatabase { database in
                _ = try await Backfill(from: client, to: database, sets: bothSets).run()
                return try await rows(in: database)
            }
            try await withDatabase { database in
                for set in [bothSets[1], bothSets[0], bothSets[1]] {
                    _ = try await Backfill(from: client, to: database, sets: [set]).run()
                }
                expectSame(try await rows(in: database), usual)
            }
        }
    }

    @Test func theInventoryKnowsEveryPattern() async throws {
        try await withSample { client in
            let inventory = try await KeyScanner(client: client).scan()
            #expect(inventory.keys == 3_754)
            // The three foreign keys that were added by hand.
            #expect(inventory.unknown.reduce(0) { $0 + $1.keys } == 3)
            #expect(inventory.commands < 100)
        }
    }

    private func expectSame(_ one: [String: String], _ other: [String: String]) {
        for table in one.keys.sorted() where one[table] != other[table] {
            let (left, right) = (
                Set(one[table, default: ""].split(separator: "\n")),
                Set(other[table, default: ""].split(separator: "\n"))
            )
            let lines = left.symmetricDifference(right).sorted().prefix(6).map { String($0.prefix(600)) }
            Issue.record("\(table) differs: \(lines.joined(separator: "\n"))")
        }
    }
}

private struct Stopped: Error {}
