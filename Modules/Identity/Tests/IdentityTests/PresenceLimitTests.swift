import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("How much presence holds")
struct PresenceLimitTests {
    @Test("Members and sources that no heartbeat names again do not add up")
    func memory() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            for round in 0..<30 {
                let members = (0..<10).map { ("m\(round)_\($0)", JSON.string("x")) }
                let answer = try await service.beat(
                    token,
                    ["context": .object(members), "source": .string("s\(round)"), "reach_via": ["terminal"]]
                )
                let context = try #require(answer.value(at: "presence.context"))
                #expect(context.members.count { _ in true } <= 50)
                #expect(context["m\(round)_9"]?.string == "x", "what was said last is there")
                #expect((1...8).contains(answer.count(at: "presence.sources") ?? 0))
            }
            // Large ones, of which each fits alone.
            for round in 0..<4 {
                let text = String(repeating: "w", count: 5_000)
                let answer = try await service.beat(token, ["context": ["large\(round)": .string(text)]])
                #expect(answer.value(at: "presence.context")?.range.count ?? .max <= 8_192)
                #expect(answer.string(at: "presence.context.large\(round)") == text)
            }
            for body in [
                #"{"context": {"n": 1e300}}"#, #"{"context": {"n": 1e-300}}"#,
                #"{"note": "\#(String(repeating: "€", count: 2_000))", "error": "\#(String(repeating: "€", count: 2_000))"}"#,
            ] {
                let answer = try await service.client.request(
                    "POST",
                    "/api/presence",
                    token: token,
                    body: .text(body)
                )
                #expect(answer.status == 400, "\(body.prefix(40))")
            }
        }
    }

    @Test("Nor do those in the table, whichever instance writes them")
    func table() async throws {
        try await withSharedDatabase { database in
            _ = try await database.client.write("INSERT INTO handles (handle, shown) VALUES ('ada', 'ada')")
            for round in 0..<30 {
                var patch = PresencePatch(seen: .now)
                for index in 0..<10 { patch.context.setText("x", for: "m\(round)_\(index)") }
                patch.context.setText(String(repeating: "w", count: 3_000), for: "large\(round)")
                patch.sources["s\(round)"] = Array("[]".utf8)
                _ = try await database.client.write(PostgresPresenceStore.merge(["ada": patch]))
                let rows = try await database.client.read(
                    """
                    SELECT
                        (SELECT count(*) FROM jsonb_object_keys(context)), octet_length(context::text),
                        (SELECT count(*) FROM jsonb_object_keys(sources)), context ? \("m\(round)_9")
                    FROM presence
                    """
                )
                let row = try #require(rows.first)
                #expect(row.int64(0) <= 50)
                #expect(row.int64(1) <= 16_384)
                #expect((1...8).contains(row.int64(2)))
                #expect(row.bool(3))
            }
        }
    }
}
