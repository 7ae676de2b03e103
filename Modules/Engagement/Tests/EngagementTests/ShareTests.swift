import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Shared cards", .serialized)
struct ShareTests {
    @Test("A card says what sites that unfold links read, and allows nothing to run")
    func card() async throws {
        try await withEngagement(settings: ["server.public_url": "https://vibe.example"]) { service in
            let id = try await service.newPost(as: "grace_h", ["content": "made it", "category": "shipped"])
            for path in ["/share/\(id)", "/api/share/\(id)"] {
                let page = try await service.get(path)
                #expect(page.status == 200)
                #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
                #expect(page.text.contains(#"<meta property="og:title" content="@grace-h on /vibe: shipped">"#))
                #expect(page.text.contains(#"<meta property="og:description" content="made it">"#))
                #expect(page.text.contains(#"<meta property="og:url" content="https://vibe.example/share/\#(id)">"#))
                #expect(page.text.contains(#"<meta name="twitter:card" content="summary">"#))
                #expect(!page.text.contains("without signing in"))
                let policy = try #require(page.headers["Content-Security-Policy"])
                #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
                #expect(policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe") && !policy.contains("script-src"))
                #expect(page.headers.all("Content-Security-Policy").count == 1)
            }
        }
    }

    @Test("All that people wrote is escaped, in texts and attributes")
    func escaping() async throws {
        try await withEngagement { service in
            let attack = #""><script>alert('x')</script><img src=x onerror=alert(1)>&amp;"#
            let id = try await service.newPost(
                as: nil,
                ["author": "ada", "content": .string(attack), "tags": [#""><img src=x>"#]]
            )
            // Old data may hold anything, and a name may be shown as anything.
            _ = try await service.database.write("UPDATE board_entries SET category = '<b>\"bold\"</b>'")
            let page = try await service.get("/share/\(id)")
            #expect(page.status == 200)
            #expect(page.text.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"))
            #expect(page.text.contains("&amp;amp;"))
            #expect(page.text.contains("without signing in"))
            for piece in ["<script", "<img", "<b>", #"content="""#] {
                #expect(!page.text.contains(piece), "\(piece)")
            }
        }
    }

    @Test("There is a page also for what is not there")
    func unknown() async throws {
        try await withEngagement { service in
            for path in ["/share/nothing", "/api/share/%3Cscript%3E"] {
                let page = try await service.get(path)
                #expect(page.status == 404)
                #expect(page.headers["Content-Type"]?.hasPrefix("text/html") == true)
                #expect(page.headers["Content-Security-Policy"] != nil)
                #expect(!page.text.contains("<script"))
            }
            for path in ["/share/%00", "/share/%FF"] {
                let answer = try await service.get(path)
                #expect(answer.status == 400)
            }
        }
    }

    @Test("A long text is cut for descriptions, between characters")
    func cut() async throws {
        let entry = BoardEntry(
            id: "e",
            author: "ada",
            content: String(repeating: "👩‍👩‍👧", count: 100),
            category: "general",
            tags: [],
            createdAt: PostgresTimestamp(microseconds: 0),
            isVerified: true
        )
        let page = SharePage.page(of: entry, author: "ada", url: "https://vibe.example/share/e")
        #expect(page.description == String(repeating: "👩‍👩‍👧", count: 25) + "…")
    }
}
