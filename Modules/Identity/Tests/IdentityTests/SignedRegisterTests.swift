import Foundation
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Identity

/// Registering a taken handle by a signature of its key, and the ways around it.
@Suite struct SignedRegisterTests {
    private let key = TestKey()

    /// An agent as the reference client makes one: its body holds the key, and neither time nor nonce.
    private func withAgent(
        settings: [String: String] = [:],
        isAgent: Bool = true,
        _ body: (TestService, ManualClock, Int64) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        try await withIdentity(settings: settings, clock: clock) { service in
            let more: JSON = ["publicKey": .string(key.text), "isAgent": .bool(isAgent)]
            _ = try await service.register("droid", more)
            try await body(service, clock, clock.now.microseconds / 1_000_000)
        }
    }

    @Test("an agent comes back with an undated signature, six times an hour")
    func undated() async throws {
        try await withAgent { service, clock, _ in
            let more: [(String, JSON)] = [
                ("status", "available"), ("publicKey", .string(key.text)), ("isAgent", true), ("human_present", false),
            ]
            for _ in 1...6 {
                let answer = try await service.register("droid", signedBy: key, more)
                #expect(answer.status == 200)
                try await service.beat(try #require(answer.string(at: "token"), "\(answer)"))
            }
            #expect(try await service.register("droid", signedBy: key, more).string(at: "token") == nil)
            clock.advance(by: .seconds(3_601))
            #expect(try await service.register("droid", signedBy: key, more).string(at: "token") != nil)
            #expect(try await service.audit("droid").filter { $0 == "proof_accepted undated_signature" }.count == 7)
        }
    }

    @Test("an undated signature is worth nothing when the flag is off")
    func flagOff() async throws {
        try await withAgent(settings: ["identity.undated_agent_signatures": "false"]) { service, _, now in
            let undated = try await service.register("droid", signedBy: key)
            #expect(undated.string(at: "token") == nil)
            #expect(try await service.register("droid", signedBy: key, dated(at: now)).string(at: "token") != nil)
        }
    }

    @Test("an undated signature is worth nothing for a human")
    func human() async throws {
        try await withAgent(isAgent: false) { service, _, now in
            let undated = try await service.register("droid", signedBy: key)
            #expect(undated.string(at: "token") == nil)
            #expect(try await service.register("droid", signedBy: key, dated(at: now)).string(at: "token") != nil)
        }
    }

    @Test("after a dated signature, an undated one of the key is worth nothing, ever")
    func afterDated() async throws {
        try await withAgent { service, clock, now in
            let undated = try await service.register("droid", signedBy: key)
            #expect(undated.string(at: "token") != nil)
            #expect(try await service.register("droid", signedBy: key, dated(at: now)).string(at: "token") != nil)
            #expect(try await service.register("droid", signedBy: key).string(at: "token") == nil)
            clock.advance(by: .seconds(86_400))
            #expect(try await service.register("droid", signedBy: key).string(at: "token") == nil)
        }
    }

    @Test("a dated signature counts once, also when it is sent many times at once")
    func replay() async throws {
        try await withAgent { service, _, now in
            let date = dated(at: now)
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 1...8 {
                    group.addTask { try await service.register("droid", signedBy: key, date).string(at: "token") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tokens.compactMap { $0 }.count == 1)
            #expect(try await service.register("droid", signedBy: key, date).string(at: "token") == nil)
        }
    }

    @Test("a signature of another time is worth nothing", arguments: [-301, 301, -86_400])
    func stale(offset: Int64) async throws {
        try await withAgent { service, _, now in
            let answer = try await service.register("droid", signedBy: key, dated(at: now + offset))
            #expect(answer.string(at: "token") == nil)
            #expect(try await service.audit("droid").last == "proof_refused signature")
        }
    }

    @Test("the clocks of client and service may be five minutes apart", arguments: [-299, 299])
    func skewed(offset: Int64) async throws {
        try await withAgent { service, _, now in
            let answer = try await service.register("droid", signedBy: key, dated(at: now + offset))
            #expect(answer.string(at: "token") != nil)
        }
    }

    @Test("another key's signature is worth nothing, also when the body names that key")
    func otherKey() async throws {
        try await withAgent { service, _, now in
            let other = TestKey()
            let more = dated(at: now) + [("publicKey", .string(other.text))]
            #expect(try await service.register("droid", signedBy: other, more).string(at: "token") == nil)
            // Naming it has not planted it either.
            #expect(try await service.register("droid", signedBy: other, dated(at: now)).string(at: "token") == nil)
            let user = try await service.client.get("/api/users?user=droid")
            #expect(user.string(at: "user.publicKey") == key.text)
        }
    }

    @Test("a key planted without a token proves nothing")
    func planted() async throws {
        try await withIdentity { service in
            _ = try await service.register("ada")
            let mine = TestKey()
            for body in [["username": "ada", "publicKey": .string(mine.text)] as JSON] {
                _ = try await service.client.post("/api/users", json: body)
                _ = try await service.client.post("/api/identity", json: body)
            }
            let now = PostgresTimestamp.now.microseconds / 1_000_000
            #expect(try await service.register("ada", signedBy: mine, dated(at: now)).string(at: "token") == nil)
        }
    }

    @Test("what was signed for something else is no register")
    func otherPurpose() async throws {
        try await withAgent { service, _, now in
            // A signed heartbeat, sent on as it is, and with what makes it a register added.
            let heartbeat: [(String, JSON)] = [("action", "heartbeat"), ("username", "droid")] + dated(at: now)
            let signature = try key.sign(.object(heartbeat))
            for body in [
                heartbeat, heartbeat + [("action", "register")], [("action", "register")] + heartbeat,
                Array(heartbeat.dropFirst()) + [("action", "register")],
            ] {
                let answer = try await service.client.post(
                    "/api/presence",
                    headers: [("X-AIRC-Signature", signature)],
                    json: .object(body)
                )
                #expect(answer.string(at: "token") == nil)
            }
            for path in ["/api/auth/migrate"] {
                let answer = try await service.client.post(
                    path,
                    headers: [("X-AIRC-Signature", signature)],
                    json: .object(heartbeat)
                )
                #expect(answer.status == 401)
            }
        }
    }

    @Test("a signature for one handle opens no other, though the key is the same")
    func otherHandle() async throws {
        try await withAgent { service, _, now in
            _ = try await service.register("droid_two", ["publicKey": .string(key.text), "isAgent": true])
            let body: [(String, JSON)] = [("action", "register"), ("username", "droid")] + dated(at: now)
            let answer = try await service.client.post(
                "/api/presence",
                headers: [("X-AIRC-Signature", try key.sign(.object(body)))],
                json: .object([("action", "register"), ("username", "droid_two")] + body.dropFirst(2))
            )
            #expect(answer.string(at: "token") == nil)
        }
    }

    @Test("the signature may stand in the body, and be made as Python does")
    func otherForms() async throws {
        try await withAgent { service, _, now in
            let members: [(String, JSON)] =
                [("action", "register"), ("username", "droid"), ("note", "Grüße, 世界 1e3")] + dated(at: now)
            let inBody = try await service.client.post("/api/presence", json: key.signed(members))
            #expect(inBody.string(at: "token") != nil)
            let more = dated(at: now) + [("note", JSON.string("Grüße, 世界"))]
            let python = try await service.register("droid", signedBy: key, more, style: .pythonASCII)
            #expect(python.string(at: "token") != nil)
        }
    }

    @Test("each spelling of the key opens the same handle")
    func spellings() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let now = clock.now.microseconds / 1_000_000
            for (name, text) in [("one", key.text), ("two", key.spkiText), ("three", key.prefixedSPKIText)] {
                _ = try await service.register(name, ["publicKey": .string(text)])
                #expect(try await service.register(name, signedBy: key, dated(at: now)).string(at: "token") != nil)
                let identity = try await service.client.get("/api/identity/\(name)")
                #expect(identity.string(at: "publicKey") == key.text)
            }
        }
    }

    @Test("half a date is an error, and a short nonce")
    func malformed() async throws {
        try await withAgent { service, _, now in
            for more: [(String, JSON)] in [
                [("timestamp", .int(Int(now)))], [("nonce", TestKey.nonce())],
                [("timestamp", .int(Int(now))), ("nonce", "short")],
                [("timestamp", "soon"), ("nonce", TestKey.nonce())],
            ] {
                let answer = try await service.register("droid", signedBy: key, more)
                #expect(answer.status == 400, "\(answer)")
            }
        }
    }

    @Test("nonces are forgotten when their signatures are too old anyway")
    func sweep() async throws {
        let clock = ManualClock()
        try await withSharedDatabase { database in
            let keys = PostgresKeyStore(database: database.client)
            try await withIdentity(clock: clock, database: database) { service in
                _ = try await service.register("droid", ["publicKey": .string(key.text)])
                let now = clock.now.microseconds / 1_000_000
                #expect(try await service.register("droid", signedBy: key, dated(at: now)).string(at: "token") != nil)
                try await keys.removeNonces(before: clock.now)
                #expect(try await service.database.read("SELECT FROM used_nonces").count == 1)
                clock.advance(by: .seconds(302))
                try await keys.removeNonces(before: clock.now)
                #expect(try await service.database.read("SELECT FROM used_nonces").isEmpty)
            }
        }
    }

    @Test("a token like the original's, made with the same secret, proves nothing")
    func originalToken() async throws {
        try await withIdentity { service in
            _ = try await service.register("ada")
            let answer = try await service.client.post(
                "/api/presence",
                token: "sess_AAAAAAAAAAAAAAAA.dGhpcyBpcyBub3QgYSBzaWduYXR1cmUgb2Ygb3Vycw",
                json: TestService.registering("ada")
            )
            #expect(answer.status == 200)
            #expect(answer.string(at: "token") == nil)
        }
    }

    @Test("the protocol's published vectors verify")
    func vectors() throws {
        let path =
            #filePath.replacing("/main/Modules/Identity/Tests/IdentityTests/SignedRegisterTests.swift", with: "")
            + "/shared/reference/airc-signing-vectors.json"
        guard let data = FileManager.default.contents(atPath: path) else { return }
        let document = try JSONDocument(Array(data)).root
        let spki = try #require(document["publicKeySPKI"]?.string)
        let key = try PublicKey(spki, field: "key")
        let vectors = try #require(document["vectors"]).elements
        for vector in vectors {
            let message = try #require(vector["message"])
            let text = try #require(vector["signature"]?.string)
            let signature = try #require(KeySignature(text))
            #expect(key.hasSigned(CanonicalJSON.encode(message), signature))
            #expect(!key.hasSigned(CanonicalJSON.encode(message, dropping: ["body"]), signature))
        }
    }

    @Test("migrate gives a token for a signature of the key, and for nothing else")
    func migrate() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let token = try await service.register("ada", ["publicKey": .string(key.spkiText)])
            let now = clock.now.microseconds / 1_000_000
            let members: [(String, JSON)] = [("action", "migrate"), ("handle", "ada")] + dated(at: now)
            let first = try await service.documented(.post, "/api/auth/migrate", json: key.signed(members))
            #expect(first.status == 200, "\(first)")
            try await service.beat(try #require(first.string(at: "token")))
            #expect(try await service.client.post("/api/auth/migrate", json: key.signed(members)).status == 401)
            let undated = try key.signed([("action", "migrate"), ("handle", "ada")])
            #expect(try await service.client.post("/api/auth/migrate", json: undated).status == 401)
            let byName = try await service.documented(.post, "/api/auth/migrate", json: ["handle": "ada"])
            #expect(byName.status == 401)
            #expect(byName.string(at: "code") == "invalid_proof")
            let byToken = try await service.documented(
                .post,
                "/api/auth/migrate",
                token: token,
                json: ["handle": "ada"]
            )
            #expect(byToken.status == 200)
            #expect(try await service.client.post("/api/auth/migrate", json: ["handle": "nobody"]).status == 401)
        }
    }
}
