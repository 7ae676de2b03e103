import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Identity

/// Rotating a key and revoking a handle by its recovery key (original-api.md, 1.24), and the ways around it.
@Suite struct RecoveryKeyTests {
    private let key = TestKey()
    private let recovery = TestKey()
    private let next = TestKey()

    private func withAda(
        settings: [String: String] = [:],
        _ body: (TestService, ManualClock, _ token: String, _ now: Int64) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        try await withIdentity(settings: settings, clock: clock) { service in
            let keys: JSON = ["publicKey": .string(key.text), "recoveryKey": .string(recovery.spkiText)]
            let token = try await service.register("ada", keys)
            try await body(service, clock, token, clock.now.microseconds / 1_000_000)
        }
    }

    /// The first contract: neither handle nor operation in what is signed.
    private func rotation(to new: TestKey, by signer: TestKey, _ date: [(String, JSON)]) throws -> JSON {
        let proof = try signer.signed([("new_public_key", .string(new.text))] + date)
        return ["new_public_key": .string(new.text), "proof": proof]
    }

    private func rotate(_ service: TestService, _ body: JSON, _ handle: String = "ada") async throws -> HTTPAnswer {
        try await service.documented(.post, "/api/identity/\(handle)/rotate", json: body)
    }

    @Test("the recovery key replaces the key; everybody is signed out, and the answer signs in")
    func rotates() async throws {
        try await withAda { service, _, token, now in
            let agentKey = try await service.client.post("/api/agents/keys", token: token, json: [:])
            let apiKey = try #require(agentKey.string(at: "api_key"))
            try await service.beat(apiKey)
            let answer = try await rotate(service, rotation(to: next, by: recovery, dated(at: now)))
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.string(at: "new_public_key") == next.text)
            #expect(answer.int(at: "sessions_invalidated") == 1)
            #expect(answer.int(at: "api_keys_invalidated") == 1)
            #expect(answer.value(at: "warning")?.isNull == true)
            try await service.beat(try #require(answer.string(at: "token")))
            for old in [token, apiKey] {
                #expect(try await service.client.post("/api/presence", token: old, json: [:]).status == 401)
            }
            #expect(try await service.client.get("/api/identity/ada").string(at: "publicKey") == next.text)
            #expect(try await service.register("ada", signedBy: key, dated(at: now)).string(at: "token") == nil)
            #expect(try await service.register("ada", signedBy: next, dated(at: now)).string(at: "token") != nil)
            #expect(try await service.audit("ada").contains("key_rotated"))
        }
    }

    @Test("the other contract names operation, handle and the old key")
    func otherContract() async throws {
        try await withAda { service, _, _, now in
            func body(_ changes: [String: JSON] = [:]) throws -> JSON {
                let members: [(String, JSON)] = [
                    ("operation", "rotate"), ("handle", "ada"), ("old_key", .string(key.text)),
                    ("new_key", .string(next.text)),
                ]
                let changed = members.map { ($0.0, changes[$0.0] ?? $0.1) }
                return ["proof": try recovery.signed(changed + dated(at: now))]
            }
            for (changes, code) in [
                (["operation": "revoke"] as [String: JSON], "invalid_operation"),
                (["handle": "bob"], "handle_mismatch"),
                (["old_key": .string(recovery.text)], "key_mismatch"),
            ] {
                let answer = try await rotate(service, body(changes))
                #expect(answer.status == 400)
                #expect(answer.string(at: "code") == code, "\(answer)")
            }
            let answer = try await rotate(service, body())
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.string(at: "new_key") == next.text)
        }
    }

    @Test("nobody else's signature rotates: not the present key's, not another's, not one that was changed")
    func forged() async throws {
        try await withAda { service, _, token, now in
            for signer in [key, next, TestKey()] {
                let answer = try await rotate(service, rotation(to: next, by: signer, dated(at: now)))
                #expect(answer.status == 401)
                #expect(answer.string(at: "code") == "invalid_recovery_proof")
            }
            // The key swapped after signing.
            let date = dated(at: now)
            let signed = try recovery.sign(.object([("new_public_key", .string(next.text))] + date))
            let swapped: JSON = [
                "proof": .object(
                    [("new_public_key", .string(TestKey().text))] + date + [("signature", .string(signed))]
                )
            ]
            #expect(try await rotate(service, swapped).status == 401)
            // Another key beside the signed one.
            guard case .object(let members) = try rotation(to: next, by: recovery, dated(at: now)) else { return }
            let beside = JSON.object([("new_public_key", .string(TestKey().text)), members[1]])
            #expect(try await rotate(service, beside).string(at: "code") == "key_mismatch")
            #expect(try await service.audit("ada").filter { $0 == "proof_refused recovery" }.count == 4)
            try await service.beat(token)
        }
    }

    @Test("a proof counts once, of all that come at once, and not when it is old")
    func replay() async throws {
        try await withAda { service, clock, _, now in
            let old = try await rotate(service, rotation(to: next, by: recovery, dated(at: now - 301)))
            #expect(old.status == 401)
            #expect(old.string(at: "code") == "invalid_timestamp")
            #expect(old.int(at: "skew_seconds") == 301)
            let body = try rotation(to: next, by: recovery, dated(at: now - 70))
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...6 {
                    group.addTask { try await service.client.post("/api/identity/ada/rotate", json: body).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1, "\(statuses)")
            // Back to the first key, and then the old proof again.
            let back = try await rotate(service, rotation(to: key, by: recovery, dated(at: now)))
            #expect(back.status == 200)
            let again = try await rotate(service, body)
            #expect(again.status == 401)
            #expect(again.string(at: "code") == "replay_attack")
        }
    }

    @Test("the clocks' difference is told when it is more than a minute")
    func warning() async throws {
        try await withAda { service, _, _, now in
            let answer = try await rotate(service, rotation(to: next, by: recovery, dated(at: now - 90)))
            #expect(answer.string(at: "warning") == "The clocks are 90 seconds apart.")
        }
    }

    @Test("once an hour; proofs of strangers use nothing up")
    func limit() async throws {
        try await withAda(settings: ["identity.key_rotations_per_hour": "1"]) { service, clock, _, now in
            for _ in 1...3 {
                let forged = try rotation(to: next, by: TestKey(), dated(at: now))
                #expect(try await rotate(service, forged).status == 401)
            }
            #expect(try await rotate(service, rotation(to: next, by: recovery, dated(at: now))).status == 200)
            #expect(try await rotate(service, rotation(to: key, by: recovery, dated(at: now))).status == 429)
            clock.advance(by: .seconds(3_601))
            #expect(try await rotate(service, rotation(to: key, by: recovery, dated(at: now + 3_601))).status == 200)
        }
        try await withAda(settings: ["identity.key_proofs_per_hour": "2"]) { service, _, _, now in
            for status in [401, 401, 429] {
                let forged = try rotation(to: next, by: TestKey(), dated(at: now))
                #expect(try await rotate(service, forged).status == status)
            }
        }
    }

    @Test("what cannot be rotated, and why")
    func refusals() async throws {
        try await withAda { service, _, _, now in
            _ = try await service.register("grace", ["publicKey": .string(key.text)])
            let body = try rotation(to: next, by: recovery, dated(at: now))
            let none = try await rotate(service, body, "grace")
            #expect(none.status == 403)
            #expect(none.string(at: "code") == "no_recovery_key")
            #expect(try await rotate(service, body, "nobody").string(at: "code") == "user_not_found")
            #expect(try await rotate(service, body, "vibe").status == 404)
            let same = try await rotate(service, rotation(to: key, by: recovery, dated(at: now)))
            #expect(same.status == 409)
            #expect(same.string(at: "code") == "key_already_set")
            #expect(try await rotate(service, rotation(to: recovery, by: recovery, dated(at: now))).status == 400)
            _ = try await service.database.write("UPDATE handles SET status = 'suspended' WHERE handle = 'ada'")
            #expect(try await rotate(service, body).string(at: "code") == "identity_suspended")
            for bad: JSON in [
                [:], ["proof": "text"], ["proof": [:]], ["proof": ["signature": "x"]],
                ["proof": ["signature": .string(try key.sign([1])), "timestamp": .int(Int(now))]],
                ["proof": ["signature": .string(try key.sign([1])), "timestamp": "?", "nonce": TestKey.nonce()]],
                [
                    "proof": [
                        "signature": .string(try key.sign([1])), "timestamp": .int(Int(now)), "nonce": TestKey.nonce(),
                        "new_public_key": "none",
                    ]
                ],
            ] {
                #expect(try await rotate(service, bad).status == 400, "\(bad)")
            }
        }
    }

    // MARK: Revoking

    private func revocation(by signer: TestKey, of handle: String = "ada", _ date: [(String, JSON)]) throws -> JSON {
        ["proof": try signer.signed([("action", "revoke"), ("handle", .string(handle))] + date)]
    }

    @Test("the recovery key ends a handle: everybody is signed out, it leaves the lists, its name rests for 90 days")
    func revokes() async throws {
        let clock = ManualClock()
        try await withSharedDatabase { database in
            try await withIdentity(clock: clock, database: database) { service in
                let keys: JSON = ["publicKey": .string(key.text), "recoveryKey": .string(recovery.text)]
                let token = try await service.register("ada", keys)
                try await service.beat(token)
                let now = clock.now.microseconds / 1_000_000
                for forged in [
                    try revocation(by: key, dated(at: now)), try revocation(by: recovery, of: "bob", dated(at: now)),
                    try revocation(by: recovery, [("timestamp", .int(Int(now) - 400))]),
                    // A rotation's proof says nothing of revoking.
                    try rotation(to: next, by: recovery, dated(at: now)),
                ] {
                    let answer = try await service.client.post("/api/identity/ada/revoke", json: forged)
                    #expect((400..<500).contains(answer.status), "\(answer)")
                }
                try await service.beat(token)
                let body = try revocation(by: recovery, [("timestamp", .int(Int(now)))])
                let answer = try await service.documented(.post, "/api/identity/ada/revoke", json: body)
                #expect(answer.status == 200, "\(answer)")
                #expect(answer.int(at: "sessions_invalidated") == 1)
                #expect(try await service.client.post("/api/presence", token: token, json: [:]).status == 401)
                try await eventually { try await !service.activeNames().contains("ada") }
                // Nothing brings it back: not the name, not the keys, not the proof again.
                let byName = try await service.client.post("/api/presence", json: TestService.registering("ada"))
                #expect(byName.string(at: "code") == "reserved")
                #expect(try await service.register("ada", signedBy: key, dated(at: now)).status == 400)
                #expect(
                    try await service.client.post("/api/identity/ada/revoke", json: body).string(at: "code")
                        == "identity_revoked"
                )
                #expect(
                    try await rotate(service, rotation(to: next, by: recovery, dated(at: now))).string(at: "code")
                        == "identity_revoked"
                )
                #expect(try await service.audit("ada").last == "identity_revoked")
            }
            // 90 days later somebody else may have the name, and nothing that was the first owner's.
            let keys = PostgresKeyStore(database: database.client)
            let quarantine = Duration.microseconds(PersonalData.quarantine)
            func due() async throws -> [String] {
                let before = PostgresTimestamp(microseconds: clock.now.microseconds - PersonalData.quarantine)
                return try await keys.revoked(before: before, limit: 10)
            }
            clock.advance(by: quarantine - .seconds(1))
            #expect(try await due() == [])
            clock.advance(by: .seconds(2))
            #expect(try await due() == ["ada"])
            try await keys.release("ada", as: "deleted_revoked", events: [])
            #expect(try await due() == [])
            try await withIdentity(clock: clock, database: database) { service in
                _ = try await service.register("ada")
                #expect(try await service.audit("ada") == [])
                let old = try await service.database.read(
                    "SELECT handle, shown FROM handles WHERE status = 'revoked' AND kind = 'erased'"
                )
                #expect(old.count == 1)
                #expect(old.first?.string(0) == old.first?.string(1))
                #expect(try await service.audit(try #require(old.first).string(0)).last == "identity_revoked")
            }
        }
    }
}
