import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@Suite struct AuditLogTests {
    @Test(
        "rows of the log are neither changed nor removed",
        arguments: [
            "UPDATE audit_log SET kind = 'x'", "UPDATE audit_log SET handle = NULL", "DELETE FROM audit_log",
            "UPDATE audit_log SET handle = 'deleted_x'", "TRUNCATE audit_log",
        ]
    )
    func appendOnly(sql: String) async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            _ = try await service.client.request("POST", "/api/auth/logout-all", token: token)
            _ = try await service.database.write(
                "INSERT INTO handles (handle, shown, kind) VALUES ('deleted_x', 'deleted_x', 'erased')"
            )
            await #expect(throws: PostgresError.self) {
                try await service.database.write(PostgresQuery(sql: sql))
            }
            #expect(try await service.audit("ada") == ["sessions_revoked all"])
        }
    }

    @Test("they follow the rename of an erased handle, and no other")
    func rename() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            _ = try await service.client.request("POST", "/api/auth/logout-all", token: token)
            await #expect(throws: PostgresError.self) {
                try await service.database.write("UPDATE handles SET handle = 'lovelace' WHERE handle = 'ada'")
            }
            _ = try await service.database.write("UPDATE handles SET handle = 'deleted_1' WHERE handle = 'ada'")
            #expect(try await service.audit("deleted_1") == ["sessions_revoked all"])
        }
    }

    @Test("an address is stored as a keyed hash")
    func address() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            _ = try await service.client.request("POST", "/api/auth/logout-all", token: token)
            let rows = try await service.database.read("SELECT address_hash, a::text FROM audit_log AS a")
            #expect(try rows[0].decode([UInt8].self, 0).count == 32)
            #expect(!rows[0].string(1).contains("127.0.0.1"))
        }
    }
}
