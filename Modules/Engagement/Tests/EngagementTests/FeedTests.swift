import JSONText
import KernelTesting
import Testing

@testable import Engagement

@Suite("Feed", .serialized)
struct FeedTests {
    @Test("The feed is the board in the words of January 2026")
    func feed() async throws {
        try await withEngagement(settings: ["server.public_url": "https://vibe.example/"]) { service in
            let id = try await service.newPost(as: "grace_h", ["content": "made it", "category": "shipped"])
            let feed = try await service.get("/api/feed")
            #expect(feed.status == 200)
            #expect(try await service.undocumented(feed, "get", "/api/feed").isEmpty)
            #expect(feed.bool(at: "ok") == true)
            #expect(feed.string(at: "items[0].handle") == "grace-h")
            #expect(feed.string(at: "items[0].what") == "made it")
            #expect(feed.string(at: "items[0].url") == "https://vibe.example/share/\(id)")
        }
    }
}
