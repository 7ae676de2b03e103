import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("The register after a sign-in")
struct LoginGrantTests {
    private static let home = "198.51.100.7"

    /// A service where `ada` has just signed in from home.
    private func withAda(
        _ settings: [String: String] = [:],
        _ body: (TestService, ManualClock, StandInGitHub) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings.merging(settings) { $1 }, clock: clock) { service in
                let end = try await Browser(service, address: Self.home).throughGitHub(gitHub, handle: "ada")
                #expect(end.status == 302, "\(end)")
                try await body(service, clock, gitHub)
            }
        }
    }

    @Test("Another address gets nothing, and does not use it up")
    func otherAddress() async throws {
        try await withAda { service, _, _ in
            for address in ["203.0.113.9", "198.51.100.8", "::1", nil] {
                #expect(try await service.registerAfterSignIn("ada", from: address).value(at: "token") == nil)
            }
            // What a client writes in front of the proxy's own entry is not believed.
            let forged = try await service.registerAfterSignIn("ada", from: "\(Self.home), 203.0.113.9")
            #expect(forged.value(at: "token") == nil)
            #expect(try await service.registerAfterSignIn("ada", from: Self.home).string(at: "token") != nil)
        }
    }

    @Test("Another handle gets nothing")
    func otherHandle() async throws {
        try await withAda { service, _, _ in
            _ = try await service.register("grace")
            #expect(try await service.registerAfterSignIn("grace", from: Self.home).value(at: "token") == nil)
        }
    }

    @Test("It lasts for sixty seconds")
    func expiry() async throws {
        try await withAda { service, clock, gitHub in
            clock.advance(by: .seconds(60))
            #expect(try await service.registerAfterSignIn("ada", from: Self.home).value(at: "token") == nil)
            _ = try await Browser(service, address: Self.home).throughGitHub(gitHub, handle: "ada")
            clock.advance(by: .seconds(59))
            #expect(try await service.registerAfterSignIn("ada", from: Self.home).string(at: "token") != nil)
        }
    }

    @Test("Of many registers at once, one gets the token")
    func once() async throws {
        try await withAda { service, _, _ in
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await service.registerAfterSignIn("ada", from: Self.home).string(at: "token")
                    }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(tokens.compactMap { $0 }.count == 1)
            #expect(try await service.database.read("SELECT count(*) FROM sessions").first?.int64(0) == 2)
        }
    }

    @Test("A web page that is open in the same browser gets nothing; one that the operator named does")
    func webPages() async throws {
        let settings = ["login.redirect_origins": "https://app.example.com"]
        try await withAda(settings) { service, _, _ in
            let strangers = [
                "https://evil.example", "null", "http://localhost:3000", "https://app.example.com.evil.example",
                "http://app.example.com", "https://app.example.com:8443",
            ]
            for origin in strangers {
                let answer = try await service.registerAfterSignIn(
                    "ada",
                    from: Self.home,
                    headers: [("Origin", origin)]
                )
                #expect(answer.status == 200)
                #expect(answer.value(at: "token") == nil, "\(origin)")
            }
            let named = try await service.registerAfterSignIn(
                "ada",
                from: Self.home,
                headers: [("Origin", "https://app.example.com")]
            )
            #expect(named.string(at: "token") != nil)
        }
    }

    @Test("An origin that the operator named is sent to without a token in the address")
    func namedOrigin() async throws {
        try await StandInGitHub.with { gitHub in
            let settings = gitHub.settings.merging(["login.redirect_origins": "https://app.example.com"]) { $1 }
            try await withLogins(settings) { service in
                let end = try await Browser(service).throughGitHub(
                    gitHub,
                    handle: "ada",
                    redirect: "https://app.example.com/in?x=1"
                )
                #expect(end.headers["Location"] == "https://app.example.com/in?x=1&handle=ada")
            }
        }
    }

    @Test("Signing out everywhere, and erasing, take the grant along")
    func revoked() async throws {
        try await withAda { service, _, gitHub in
            let end = try await Browser(service, address: Self.home).throughGitHub(gitHub, handle: "ada")
            let token = try #require(end.redirected["token"])
            _ = try await service.client.post("/api/auth/logout-all", token: token, json: [:])
            #expect(try await service.registerAfterSignIn("ada", from: Self.home).value(at: "token") == nil)
        }
    }
}
