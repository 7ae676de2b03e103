import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Data of connections")
struct ConnectionDataTests {
    private let everybody = people + [Person(handle: "zebedee", shown: "zebedee", kind: .human)]

    @Test("The export holds what a person did, and not that others blocked them")
    func export() async throws {
        try await withSocialGraph(everybody, clock: ManualClock()) { service in
            try await tie(service)
            try await service.consent("block", "bot", from: "zebedee", to: "bot")
            let store = ConnectionDataStore(database: service.database)
            let export = String(decoding: try await store.export("zebedee").bytes, as: UTF8.self)
            for word in ["may I?", "zebedees-code", "grace_h", "ada", "eve"] {
                #expect(export.contains(word), "\(word) in \(export)")
            }
            #expect(!export.contains("blocked"), "\(export)")
            #expect(!export.contains("bot"), "\(export)")
        }
    }

    @Test("After an erasure no table holds a trace, and the counts of the others are right")
    func erase() async throws {
        let neighbour = Neighbour()
        // Nobody tells of `zebedee`, so that nothing is written about them meanwhile.
        try await withSocialGraph(everybody, StandInPeople(people), and: [neighbour]) { service in
            try await tie(service)
            #expect(try await traces(of: "zebedee", service) != [])
            let hooks = try neighbour.people()
            try await service.database.transaction { transaction in
                // Every module of the service, since a trace may be in any table.
                try await hooks.erase("zebedee", in: transaction)
                // As Identity does it, last.
                try await transaction.query(
                    "UPDATE handles SET handle = 'deleted_1', shown = 'deleted_1' WHERE handle = 'zebedee'"
                )
            }
            let left = try await traces(of: "zebedee", service)
            #expect(left == [])
            #expect(try await service.value("SELECT count(*) FROM user_connections") == 0)
            // What was done is still on record, under the new name.
            #expect(try await service.value("SELECT count(*) FROM connection_ledger WHERE from_user = 'deleted_1'") > 0)
            let wrong = "SELECT count(*) FROM social_counts WHERE followers <> 0 OR following <> 0 OR friends <> 0"
            #expect(try await service.value(PostgresQuery(sql: wrong)) == 0)
        }
    }

    /// Every kind of tie that `zebedee` can have, from either side.
    private func tie(_ service: TestService) async throws {
        try await service.consent("request", "zebedee", from: "zebedee", to: "ada", message: "may I?")
        try await service.consent("request", "eve", from: "eve", to: "zebedee", message: "and I?")
        try await service.consent("accept", "zebedee", from: "eve", to: "zebedee")
        for (one, other) in [("zebedee", "eve"), ("eve", "zebedee"), ("zebedee", "ada"), ("grace_h", "zebedee")] {
            try await service.call(.post, "/api/friends", as: one, ["to": .string(other)])
            try await service.call(.post, "/api/follow", as: one, ["following": .string(other)])
            try await service.call(.post, "/api/mute", as: one, ["handle": .string(other)])
        }
        try await service.call(.post, "/api/friends", as: "zebedee", ["inviteCode": "zebedees-code"])
    }

    /// The tables with a row that holds the word.
    private func traces(of word: String, _ service: TestService) async throws -> [String] {
        let tables = try await service.database.read(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        var found: [String] = []
        for table in tables.map({ $0.string(0) }) {
            let count = try await service.value(
                PostgresQuery(sql: "SELECT count(*) FROM \"\(table)\" AS t WHERE t::text LIKE '%\(word)%'")
            )
            if count > 0 { found.append(table) }
        }
        return found
    }
}
