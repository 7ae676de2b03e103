import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Memories", .serialized)
struct MemoryTests {
    @Test("Kept, listed newest first and by person, forgotten; nobody else sees them")
    func life() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            func remember(_ about: String, _ observation: String) async throws -> HTTPAnswer {
                clock.advance(by: .seconds(1))
                let body: JSON = ["about": .string(about), "observation": .string(observation)]
                return try await service.call("POST", "/api/memories", as: "ada", body)
            }
            let first = try await remember("@Grace-H", "  likes Rust ")
            #expect(first.status == 201)
            #expect(try await service.undocumented(first, "post", "/api/memories") == [])
            #expect(first.string(at: "memory.about") == "grace-h")
            #expect(first.string(at: "memory.observation") == "likes Rust")
            #expect(try await remember("eve", "draws 🌊").status == 201)
            #expect(try await remember("grace_h", "plays chess").status == 201)
            // A name that nobody has made can be remembered too.
            #expect(try await remember("future-one", "may come").status == 201)

            let all = try await service.get("/api/memories", as: "ada")
            #expect(try await service.undocumented(all, "get", "/api/memories") == [])
            #expect(all.strings("memories", "observation") == ["may come", "plays chess", "draws 🌊", "likes Rust"])
            #expect(all.strings("memories", "about") == ["future-one", "grace-h", "eve", "grace-h"])
            var cursor = ""
            var paged: [String] = []
            repeat {
                let page = try await service.get("/api/memories?owner=ada&about=grace-h&limit=1\(cursor)", as: "ada")
                paged += page.strings("memories", "observation")
                cursor = page.string(at: "next").map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(paged == ["plays chess", "likes Rust"])

            let id = try #require(first.string(at: "memory.id"))
            #expect(try await service.get("/api/memories", as: "grace_h").int(at: "count") == 0)
            #expect(try await service.get("/api/memories?owner=ada", as: "grace_h").status == 403)
            #expect(try await service.call("DELETE", "/api/memories/\(id)", as: "grace_h").int(at: "deleted") == 0)
            for count in [1, 0] as [Int64] {
                let gone = try await service.call("DELETE", "/api/memories/\(id)", as: "ada")
                #expect(gone.int(at: "deleted") == count)
                #expect(try await service.undocumented(gone, "delete", "/api/memories/{id}") == [])
            }
            let rest = try await service.call("DELETE", "/api/memories?about=grace-h", as: "ada")
            #expect(rest.int(at: "deleted") == 1)
            #expect(try await service.undocumented(rest, "delete", "/api/memories") == [])
            #expect(
                try await service.get("/api/memories", as: "ada").strings("memories", "about") == ["future-one", "eve"]
            )
        }
    }

    @Test("A thousand about one person are enough")
    func limit() async throws {
        try await withMessaging { service in
            try await service.database.write(
                """
                INSERT INTO memories (id, owner, about, observation)
                SELECT 'm' || n, 'ada', 'eve', 'x' FROM generate_series(1, 1000) AS n
                """
            )
            let one: JSON = ["about": "eve", "observation": "one more"]
            let answer = try await service.call("POST", "/api/memories", as: "ada", one)
            #expect(answer.status == 422)
            #expect(answer.string(at: "code") == "too_many_memories")
            #expect(try await service.call("POST", "/api/memories", as: "bot", one).status == 201)
        }
    }

    @Test("What makes no sense is 400 and names the member; without a token it is 401")
    func badInput() async throws {
        try await withMessaging { service in
            let bad: [(JSON, String)] = [
                ([:], "observation"), (["about": "eve"], "observation"), (["observation": "x"], "about"),
                (["about": "eve", "observation": " \n"], "observation"), (["about": 1, "observation": "x"], "about"),
                (["about": "a b", "observation": "x"], "about"),
                (["about": "eve", "observation": ["x"]], "observation"),
                (["about": "eve", "observation": "a\u{0}"], "observation"),
                (["about": "eve", "observation": "x", "owner": true], "owner"),
                (["about": "eve", "observation": .string(String(repeating: "ü", count: 2_001))], "observation"),
            ]
            for (body, field) in bad {
                let answer = try await service.call("POST", "/api/memories", as: "ada", body)
                #expect(answer.status == 400, "\(answer)")
                #expect(answer.string(at: "field") == field, "\(answer)")
            }
            let other: JSON = ["about": "eve", "observation": "x", "owner": "eve"]
            #expect(try await service.call("POST", "/api/memories", as: "ada", other).status == 403)
            for (method, path, field) in [
                ("GET", "/api/memories?cursor=zzz", "cursor"), ("GET", "/api/memories?about=%00", "about"),
                ("GET", "/api/memories?limit=x", "limit"), ("DELETE", "/api/memories", "about"),
                ("DELETE", "/api/memories?about=!", "about"), ("DELETE", "/api/memories/a%00", "id"),
            ] {
                let answer = try await service.call(method, path, as: "ada")
                #expect(answer.status == 400, "\(path)")
                #expect(answer.string(at: "field") == field, "\(path)")
            }
            #expect(try await service.client.get("/api/memories").status == 401)
            #expect(try await service.value("SELECT count(*) FROM memories") == 0)
        }
    }
}
