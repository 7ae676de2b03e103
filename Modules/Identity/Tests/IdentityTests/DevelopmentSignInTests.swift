import Kernel
import KernelTesting
import Logging
import Postgres
import ServiceLifecycle
import ServiceSettings
import Testing

@testable import Identity

@Suite("The sign-in of development")
struct DevelopmentSignInTests {
    /// Runs the service as a developer does.
    private func withDevelopment(
        _ settings: [String: String] = [:],
        _ body: (Browser, PostgresClient) async throws -> Void
    ) async throws {
        try await withSharedDatabase { database in
            let (ports, ready) = AsyncStream.makeStream(of: Int.self)
            let modules: [any FeatureModule] = [IdentityModule()]
            let values = [
                "server.port": "0", "server.secret": "a secret of tests, which everybody knows",
                "database.url": database.url, "mail.folder": "/nonexistent",
            ].merging(settings) { $1 }
            var logger = Logger(label: "development")
            logger.logLevel = .critical
            let service = try VibeService(
                modules: modules,
                settings: try Settings.load(
                    registry: VibeService.registry(of: modules),
                    environment: ["VIBE_ENV": "development"],
                    flags: values
                ),
                logger: logger,
                options: VibeService.Options(onReady: { ready.yield($0) })
            )
            let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    defer { ready.finish() }
                    try await group.run()
                }
                let port = try #require(await ports.first { _ in true })
                let test = Browser(HTTPClient(port: port))
                do {
                    try await body(test, database.client)
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    private static let here = [("Origin", "http://127.0.0.1:8080")]

    private func fields(_ browser: Browser, _ handle: String) async throws -> [(name: String, value: String)] {
        let page = try await browser.open("/login?redirect=http://localhost:9876/callback")
        #expect(page.text.contains("/login/development"))
        #expect(page.headers["Referrer-Policy"] == "same-origin")
        let seal = try #require(page.field("seal"))
        return [("handle", handle), ("seal", seal), ("redirect", "http://localhost:9876/callback")]
    }

    @Test("It claims a free handle and signs in as any other, without proof")
    func signsIn() async throws {
        try await withDevelopment { browser, database in
            for _ in 0..<2 {
                let answer = try await browser.submit(
                    "/login/development",
                    try await fields(browser, "ada"),
                    headers: Self.here
                )
                #expect(answer.status == 302, "\(answer)")
                #expect(answer.redirected["handle"] == "ada")
                #expect(answer.redirected["token"] != nil)
            }
            let system = try await browser.submit(
                "/login/development",
                try await fields(browser, "vibe"),
                headers: Self.here
            )
            #expect(system.status == 409)
            #expect(try await database.read("SELECT FROM sessions").count == 2)
        }
    }

    @Test("What was forwarded, what another page sent, and a form without our seal are refused")
    func refusals() async throws {
        try await withDevelopment { browser, database in
            let fields = try await fields(browser, "ada")
            let forwarded = [
                "X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto", "Forwarded", "Via", "X-Real-IP",
                "CF-Connecting-IP", "True-Client-IP",
            ]
            for name in forwarded {
                let answer = try await browser.submit(
                    "/login/development",
                    fields,
                    headers: Self.here + [(name, "127.0.0.1")]
                )
                #expect(answer.status == 403, "\(name)")
            }
            let origins = ["http://evil.example", "null", "http://localhost.evil.example:8080", "https://127.0.0.1"]
            for origin in origins {
                let answer = try await browser.submit("/login/development", fields, headers: [("Origin", origin)])
                #expect(answer.status == 403, "\(origin)")
            }
            #expect(try await browser.submit("/login/development", fields).status == 403)
            let unsealed = fields.filter { $0.name != "seal" }
            #expect(try await browser.submit("/login/development", unsealed, headers: Self.here).status == 403)
            #expect(try await database.read("SELECT FROM sessions").isEmpty)
        }
    }

    @Test("It is gone where GitHub is set up, and in every other environment")
    func absent() async throws {
        let gitHub = ["github.client_id": "x", "github.client_secret": "y"]
        try await withDevelopment(gitHub) { browser, _ in
            #expect(try await !browser.open("/login").text.contains("/login/development"))
            let answer = try await browser.submit("/login/development", [("handle", "ada")], headers: Self.here)
            #expect(answer.status == 404)
        }
        try await withLogins { service in
            let browser = Browser(service)
            #expect(try await !browser.open("/login").text.contains("/login/development"))
            let answer = try await browser.submit("/login/development", [("handle", "ada")], headers: Self.here)
            #expect(answer.status == 404)
        }
    }
}
