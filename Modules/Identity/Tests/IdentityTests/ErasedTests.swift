import HTTPTypes
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("Writes that meet an erasure")
struct ErasedTests {
    @Test("Typing from or to somebody who is gone is no failure of the service")
    func typing() async throws {
        try await withSharedDatabase { database in
            _ = try await database.client.write("INSERT INTO handles (handle, shown) VALUES ('ada', 'ada')")
            let store = PostgresTypingStore(database: database.client)
            try await store.type(from: "ada", to: "gone", until: .now)
            let failure = await #expect(throws: APIError.self) {
                try await store.type(from: "gone", to: "ada", until: .now)
            }
            #expect(failure?.status.code == 401)
        }
    }

    @Test("A profile of somebody who is gone is not written, nor one with an inviter who is")
    func profile() async throws {
        try await withSharedDatabase { database in
            _ = try await database.client.write("INSERT INTO handles (handle, shown) VALUES ('ada', 'ada')")
            let store = PostgresUserStore(database: database.client)
            let cases: [(handle: String, inviter: String?, status: Int)] = [("gone", nil, 401), ("ada", "gone", 404)]
            for (handle, inviter, status) in cases {
                let change = UserChange(
                    handle: handle,
                    building: "an engine",
                    timeZone: nil,
                    publicKey: nil,
                    recoveryKey: nil,
                    invitedBy: inviter,
                    inviteCode: nil
                )
                let failure = await #expect(throws: APIError.self) {
                    try await store.write(change, at: .now, events: [], writer: DirectWriter(database: database.client))
                }
                #expect(failure?.status.code == status)
            }
        }
    }
}

private struct DirectWriter: RequestWriter {
    let database: PostgresClient

    func write(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
        try await database.write(batch)
    }
}
