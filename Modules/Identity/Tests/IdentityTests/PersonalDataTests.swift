import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("Personal data")
struct PersonalDataTests {
    @Test("What is exported is what there is, but no secret")
    func export() async throws {
        try await withSharedDatabase { database in
            try await withIdentity(database: database) { service in
                let token = try await service.register("ada")
                try await service.beat(token, ["workingOn": "the engine"])
                _ = try await service.client.post("/api/users", token: token, json: ["building": "an engine"])
            }
            let store = PostgresPersonalDataStore(database: database.client)
            let data = try JSONDocument(try await store.export("ada").bytes).root
            #expect(data.value(at: "handle.shown")?.string == "ada")
            #expect(data.value(at: "user.building")?.string == "an engine")
            #expect(data.value(at: "presence.working_on")?.string == "the engine")
            #expect(data.value(at: "sessions[0].id")?.string?.hasPrefix("sess_") == true)
            #expect(data.value(at: "sessions[0].token_hash") == nil)
        }
    }

    @Test("Erasing leaves an empty row under another name, ends the sessions and lets the name rest")
    func erase() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada", ["workingOn": "the engine"])
            #expect(try await service.activeNames().contains("ada"))
            try await eventually("the heartbeat is written") {
                try await service.database.read("SELECT count(*) FROM presence").first?.int64(0) == 1
            }
            let hash = NameHash(try ServiceSecret("a secret of tests, which everybody knows"))
            let data = PersonalData(
                store: PostgresPersonalDataStore(database: service.database),
                ids: .system,
                clock: .system,
                nameHash: hash
            )
            try await service.database.transaction { try await data.erase("ada", in: $0) }
            let rows = try await service.database.read("SELECT handle, shown, kind FROM handles WHERE kind = 'erased'")
            #expect(rows.count == 1)
            #expect(rows.first?.string(0).hasPrefix("deleted_") == true)
            #expect(rows.first?.string(1).hasPrefix("deleted_") == true)
            for table in ["handles", "users", "sessions", "presence", "presence_days", "quarantined_names"] {
                let found = try await service.database.read(
                    PostgresQuery(sql: "SELECT count(*) FROM \(table) AS t WHERE row_to_json(t)::text LIKE '%\"ada\"%'")
                )
                #expect(found.first?.int64(0) == 0, "\(table)")
            }
            try await eventually(within: .seconds(5), "the token is dead") {
                try await service.client.get("/api/auth/sessions", token: token).status == 401
            }
            try await eventually("the lists forget") { try await service.activeNames().contains("ada") == false }
            let again = try await service.client.post("/api/presence", json: TestService.registering("ada"))
            #expect(again.status == 400)
            #expect(again.string(at: "code") == "reserved")
            #expect(try await service.client.get("/api/stats").int(at: "total_registered") == 0)
        }
    }
}
