import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Export and erasure of profiles", .serialized)
struct ProfileErasureTests {
    @Test("What is held of a person is exported, and after an erasure no table holds a trace")
    func exportAndErase() async throws {
        let crowd = Crowd(["zebedee", "ada", "eve"])
        crowd.standIn.set(StandInPeople.profile(crowd.person("zebedee"), building: "quokkas"))
        try await withSocialGraph(crowd.people, crowd.standIn, clock: ManualClock()) { service in
            try await service.change(
                "zebedee",
                [
                    "bio": "wombats", "avatar": "https://numbat.example", "interests": ["bilbies", "rust"],
                    "links": [["label": "bandicoot", "url": "https://b.example"]],
                ],
                crowd
            )
            try await service.change("ada", ["interests": ["rust", "bilbies"]], crowd)
            try await service.index("eve", crowd)
            // Each is told to meet the other, and dismisses somebody.
            for name in ["zebedee", "ada"] { try await service.call(.get, "/api/suggestions", as: name) }
            try await service.call(.post, "/api/suggestions/dismiss", as: "zebedee", ["handle": "eve"])
            try await service.call(.post, "/api/suggestions/dismiss", as: "eve", ["handle": "zebedee"])
            try await service.run("UPDATE discovery_filling SET after = 'zebedee'", "DELETE FROM outbox")

            let data = ProfileDataStore(
                database: service.database,
                profiles: PostgresProfileStore(database: service.database)
            )
            let exported = String(decoding: try await data.export("zebedee").bytes, as: UTF8.self)
            for word in ["wombats", "quokkas", "numbat", "bilbies", "bandicoot", "\"ada\"", "\"eve\""] {
                #expect(exported.contains(word), "\(word)")
            }
            #expect(try await !Self.traces(["zebedee", "wombats"], in: service.database).isEmpty)

            try await service.database.transaction { transaction in
                try await data.erase("zebedee", in: transaction)
                _ = try await transaction.query(
                    """
                    UPDATE handles SET handle = 'deleted_1', shown = 'deleted_1', kind = 'erased'
                    WHERE handle = 'zebedee'
                    """
                )
            }
            let words = ["zebedee", "wombats", "quokkas", "numbat", "bandicoot"]
            #expect(try await Self.traces(words, in: service.database) == [])
            // What others have said stays.
            #expect(try await service.value("SELECT count(*) FROM search_words WHERE word = 'bilbies'") == 1)
            // An event that comes late brings nothing back.
            crowd.standIn.remove("zebedee")
            for name in ["zebedee", "deleted_1"] { try await service.index(name, crowd) }
            #expect(
                try await Self.traces(words + ["deleted_1"], in: service.database) == [
                    "handles.handle", "handles.shown",
                ]
            )
        }
    }

    @Test("What is written about a person during their erasure leaves no trace, either")
    func concurrent() async throws {
        let crowd = Crowd((0..<10).map { "zebedee\($0)" })
        try await withSocialGraph(crowd.people, crowd.standIn) { service in
            let data = ProfileDataStore(
                database: service.database,
                profiles: PostgresProfileStore(database: service.database)
            )
            let index = DiscoveryIndex(service.database, crowd.standIn)
            for person in crowd.people {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 1...3 {
                        group.addTask {
                            try await service.database.transaction { try await index.refresh(person.handle, in: $0) }
                        }
                    }
                    group.addTask {
                        try await service.database.transaction { transaction in
                            try await data.erase(person.handle, in: transaction)
                            _ = try await transaction.query(
                                """
                                UPDATE handles SET handle = 'deleted_' || \(person.handle.suffix(1).description),
                                    shown = '', kind = 'erased'
                                WHERE handle = \(person.handle)
                                """
                            )
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await Self.traces(["zebedee"], in: service.database) == [])
        }
    }

    /// Columns of any table in which one of the words stands.
    private static func traces(_ words: [String], in database: PostgresClient) async throws -> [String] {
        let columns = try await database.read(
            """
            SELECT c.table_name::text, c.column_name::text
            FROM information_schema.columns AS c
            JOIN information_schema.tables AS t USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
            ORDER BY 1, 2
            """
        )
        var found: [String] = []
        for column in columns {
            let (table, name) = (column.string(0), column.string(1))
            let rows = try await database.read(
                """
                SELECT count(*) FROM \(unescaped: table), unnest(\(words)) AS traces (trace)
                WHERE position(trace IN \(unescaped: table).\(unescaped: name)::text) > 0
                """
            )
            if rows[0].int64(0) > 0 { found.append("\(table).\(name)") }
        }
        return found
    }
}
