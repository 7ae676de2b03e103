import Foundation
import JSONText
import KernelTesting
import Postgres
import Testing

/// `vibe schema`: what it says, and what stops it.
@Suite struct SchemaCommandTests {
    private func environment(_ database: TestDatabase) -> [String: String] {
        [
            "VIBE_ENV": "test", "VIBE_AUTH_SECRET": String(repeating: "s", count: 40), "VIBE_SERVER_PORT": "0",
            "DATABASE_URL": database.url, "VIBE_LOG_FORMAT": "json",
        ]
    }

    @Test("pending, then applied, then nothing to do; the same in JSON")
    func migrate() async throws {
        try await withTestDatabase(modules: nil) { database in
            let environment = environment(database)
            func states() async throws -> Set<String> {
                let status = try await VibeProgram.run(["schema", "status", "--json"], environment: environment)
                #expect(status.status == 0, "\(status.errors)")
                return Set(try status.json.elements.compactMap { $0["state"]?.string })
            }
            #expect(try await states() == ["pending"])
            let refusal = try await Refusal.of(["schema", "validate"], environment: environment)
            #expect(refusal.status == 1)

            let migrated = try await VibeProgram.run(["schema", "migrate", "--json"], environment: environment)
            #expect(migrated.status == 0, "\(migrated.errors)")
            #expect(try migrated.json["applied"]?.elements.contains { _ in true } == true)
            #expect(try await states() == ["applied"])

            let again = try await VibeProgram.run(["schema", "migrate"], environment: environment)
            #expect(again.status == 0)
            #expect(again.output == "nothing to migrate\n")
            let valid = try await VibeProgram.run(["schema", "validate", "--json"], environment: environment)
            #expect(try valid.status == 0 && valid.json["valid"]?.bool == true)
        }
    }

    @Test("schema/schema.sql is what `vibe schema dump` writes")
    func drift() async throws {
        try await withTestDatabase(modules: nil) { database in
            let environment = environment(database)
            #expect(try await VibeProgram.run(["schema", "migrate"], environment: environment).status == 0)
            let dump = try await VibeProgram.run(["schema", "dump"], environment: environment)
            #expect(dump.status == 0, "\(dump.errors)")
            let file = Repository.root.appending(path: "schema/schema.sql")
            #expect(
                try String(contentsOf: file, encoding: .utf8) == dump.output,
                "write it anew: vibe schema dump > schema/schema.sql"
            )
            let json = try await VibeProgram.run(["schema", "dump", "--json"], environment: environment)
            #expect(try json.json["sql"]?.string == dump.output)
        }
    }

    @Test("a migration that was edited after it was applied stops the service and the commands")
    func edited() async throws {
        try await withTestDatabase(modules: nil) { database in
            let environment = environment(database)
            #expect(try await VibeProgram.run(["schema", "migrate"], environment: environment).status == 0)
            // The text is compiled in, so it is the record that is changed.
            try await database.client.write(
                "UPDATE schema_migrations SET checksum = reverse(checksum) WHERE module = 'identity'"
            )
            for command in [["serve"], ["schema", "validate"], ["schema", "migrate"]] {
                let refusal = try await Refusal.of(command, environment: environment)
                #expect(refusal.status == 1)
                #expect(refusal.line.contains("identity") && refusal.line.contains("edited"), "\(refusal.line)")
            }
            let status = try await VibeProgram.run(["schema", "status"], environment: environment)
            #expect(status.status == 0 && status.output.contains("EDITED"), "\(status.output)")
        }
    }

    @Test("a migration that fails leaves nothing of itself, and the start says which it was")
    func failing() async throws {
        try await withTestDatabase(modules: nil) { database in
            let environment = environment(database)
            try await database.client.write("CREATE VIEW job_leases AS SELECT 1 AS one")
            for command in [["serve"], ["schema", "migrate"]] {
                let refusal = try await Refusal.of(command, environment: environment)
                #expect(refusal.status != 0)
                #expect(refusal.line.contains("0001_kernel") && refusal.line.contains("job_leases"), "\(refusal.line)")
            }
            #expect(try await database.count("pg_tables WHERE schemaname = 'public' AND tablename = 'outbox'") == 0)
            try await database.client.write("DROP VIEW job_leases")
            #expect(try await VibeProgram.run(["schema", "migrate"], environment: environment).status == 0)
        }
    }
}
