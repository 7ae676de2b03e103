import JSONText
import Kernel
import KernelTesting
import Testing

/// `POST /api/identity`: handles and their keys.
@Suite struct IdentityKeyTests {
    private let key = TestKey()

    @Test("a handle is claimed with its key, whose possession may be shown")
    func create() async throws {
        try await withIdentity { service in
            let proof = try key.sign(Array("Ada-L".utf8))
            let body: JSON = ["name": "Ada-L", "publicKey": .string(key.spkiText), "proof": .string(proof)]
            let answer = try await service.documented(.post, "/api/identity", json: body)
            #expect(answer.status == 201, "\(answer)")
            #expect(answer.string(at: "handle") == "ada-l")
            #expect(answer.string(at: "publicKey") == key.text)
            try await service.beat(try #require(answer.string(at: "token")))
            let again = try await service.documented(.post, "/api/identity", json: body)
            #expect(again.status == 409)
            #expect(again.string(at: "error") == "handle_taken")
        }
    }

    @Test("what is wrong with it is told")
    func refusals() async throws {
        try await withIdentity { service in
            for (body, status, field) in [
                ([:] as JSON, 400, "name"), (["name": "a"], 400, "name"),
                (["name": "ada", "publicKey": "x"], 400, "publicKey"),
                (["name": "ada", "publicKey": 1], 400, "publicKey"), (["name": "ada", "proof": "x"], 400, "publicKey"),
                (["name": "admin"], 400, "username"),
            ] {
                let answer = try await service.documented(.post, "/api/identity", json: body)
                #expect(answer.status == status, "\(answer)")
                #expect(answer.string(at: "field") == field, "\(answer)")
            }
            let forged: JSON = [
                "name": "ada", "publicKey": .string(key.text), "proof": .string(try TestKey().sign(Array("ada".utf8))),
            ]
            #expect(try await service.documented(.post, "/api/identity", json: forged).status == 401)
            #expect(try await service.client.get("/api/users?user=ada").status == 404)
        }
    }

    @Test("its owner registers the key of a handle that has none, once")
    func register() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let body: JSON = ["name": "ada", "publicKey": .string(key.text)]
            #expect(try await service.documented(.post, "/api/identity", json: body).status == 409)
            let answer = try await service.documented(.post, "/api/identity", token: token, json: body)
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.string(at: "publicKey") == key.text)
            let other: JSON = ["name": "ada", "publicKey": .string(TestKey().text)]
            let refused = try await service.documented(.post, "/api/identity", token: token, json: other)
            #expect(refused.string(at: "error") == "key_already_set")
            #expect(try await service.client.get("/api/identity/ada").string(at: "publicKey") == key.text)
            #expect(try await service.audit("ada") == ["key_registered"])
        }
    }
}
