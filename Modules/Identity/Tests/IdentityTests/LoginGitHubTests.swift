import HTTPTypes
import JSONText
import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

@testable import Identity

@Suite("Signing in with GitHub")
struct LoginGitHubTests {
    @Test("The whole way: page, GitHub, redirect to the client, and the register that gets a token once")
    func wholeWay() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                let browser = Browser(service)
                let page = try await browser.open("/login?redirect=http://localhost:9876/callback&handle=ada")
                #expect(page.status == 200)
                #expect(
                    page.text.contains(
                        "/api/auth/github?handle=ada&amp;redirect=http%3A%2F%2Flocalhost%3A9876%2Fcallback"
                    )
                )
                let end = try await browser.throughGitHub(gitHub, handle: "ada")
                #expect(end.status == 302, "\(end)")
                #expect(end.headers["Location"]?.hasPrefix("http://localhost:9876/callback?token=sess_") == true)
                #expect(end.headers["Cache-Control"] == "no-store")
                #expect(end.headers["Referrer-Policy"] == "no-referrer")
                #expect(end.text == "")
                #expect(end.redirected["handle"] == "ada")
                let token = try #require(end.redirected["token"])
                let verified = try await service.client.post("/api/auth/verify", token: token, json: [:])
                #expect(verified.string(at: "handle") == "ada")

                let register = try await service.registerAfterSignIn("ada")
                #expect(register.string(at: "action") == "login")
                let second = try #require(register.string(at: "token"))
                #expect(second != token)
                #expect(try await service.client.get("/api/auth/sessions", token: second).int(at: "count") == 2)
                let again = try await service.registerAfterSignIn("ada")
                #expect(again.status == 200)
                #expect(again.value(at: "token") == nil)
                #expect(try await service.audited("login", "github") == 1)
                #expect(try await service.audited("proof_accepted", "grant") == 1)
                let people = try await service.client.get("/api/users?user=ada")
                #expect(people.status == 200, "\(people)")
            }
        }
    }

    @Test("A page of another site cannot sign its visitor in: that takes a click on ours")
    func fromElsewhere() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                for (site, goesToGitHub) in [
                    ("cross-site", false), ("same-site", false), ("same-origin", true), ("none", true),
                ] {
                    let answer = try await Browser(service).open(
                        "/api/auth/github?handle=offensive",
                        headers: [("Sec-Fetch-Site", site)]
                    )
                    #expect(answer.status == 302, "\(answer)")
                    let location = try #require(answer.headers["Location"])
                    #expect(location.hasPrefix("/login") == !goesToGitHub, "\(site): \(location)")
                }
            }
        }
    }

    @Test("Without a handle the account's own name is taken, and the account keeps its handle when it is renamed")
    func byNumber() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                #expect(try await Browser(service).throughGitHub(gitHub).redirected["handle"] == "octo-ada")
                gitHub.signIn(4_711, "renamed")
                #expect(try await Browser(service).throughGitHub(gitHub).redirected["handle"] == "octo-ada")
                // Somebody else takes the name that became free at GitHub: another number is another person.
                gitHub.signIn(815, "octo-ada")
                let other = try await Browser(service).throughGitHub(gitHub)
                #expect(other.status == 409, "\(other)")
                #expect(other.headers["Location"] == nil)
                let row = try await service.database.read(
                    "SELECT github_id, login, h.github_handle FROM github_accounts JOIN handles AS h USING (handle)"
                )
                #expect(row.count == 1)
                #expect(row.first?.int64(0) == 4_711)
                #expect(row.first?.string(1) == "renamed")
                #expect(row.first?.string(2) == "renamed")
            }
        }
    }

    @Test("A taken, a reserved and an impossible handle are refused on a page that says what to do")
    func refusals() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                _ = try await service.register("grace")
                for name in ["grace", "claude", "vibe"] {
                    let answer = try await Browser(service).throughGitHub(gitHub, handle: name)
                    #expect(answer.status == 409, "\(name): \(answer)")
                    #expect(answer.headers["Location"] == nil)
                    #expect(answer.text.contains("Otherwise choose"))
                    #expect(answer.text.contains("action=\"/login\""))
                    #expect(answer.field("redirect") == "http://localhost:9876/callback")
                }
                let impossible = try await Browser(service).open("/login?handle=%3Cb%3E")
                #expect(impossible.status == 400)
                #expect(!impossible.text.contains("<b>"))
                #expect(try await service.registerAfterSignIn("grace").value(at: "token") == nil)
                #expect(try await service.database.read("SELECT FROM github_accounts").isEmpty)
            }
        }
    }

    @Test("An account that owns a handle does not get another one, and the client is not told a wrong one")
    func ownsAnother() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                _ = try await Browser(service).throughGitHub(gitHub, handle: "ada")
                let answer = try await Browser(service).throughGitHub(gitHub, handle: "lovelace")
                #expect(answer.status == 409)
                #expect(answer.text.contains("@ada"))
                #expect(answer.headers["Location"] == nil)
                #expect(try await service.database.read("SELECT FROM handles WHERE handle = 'lovelace'").isEmpty)
            }
        }
    }

    @Test("A state counts once, for the browser that began, and for ten minutes")
    func state() async throws {
        let clock = ManualClock()
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings, clock: clock) { service in
                let browser = Browser(service)
                let stolen = try await browser.callback(gitHub, handle: "ada")
                // Somebody else's browser, without a cookie, with a cookie of its own, with one made up.
                let thief = Browser(service)
                #expect(try await thief.open(stolen).status == 400)
                _ = try await thief.open("/login")
                #expect(try await thief.open(stolen).status == 400)
                let forged = try await Browser(service).open(stolen, headers: [("Cookie", "vibe_login=x")])
                #expect(forged.status == 400)
                #expect(try await service.database.read("SELECT FROM sessions").isEmpty)
                // It did not spoil the owner's sign-in.
                #expect(try await browser.open(stolen).status == 302)
                let replay = try await browser.open(stolen)
                #expect(replay.status == 400)
                #expect(replay.headers["Location"] == nil)
                #expect(gitHub.state.withLock { $0.exchanges } == 1)

                let late = try await browser.callback(gitHub)
                clock.advance(by: .seconds(601))
                #expect(try await browser.open(late).status == 400)
                for address in ["/api/auth/callback", "/api/auth/callback?code=x", "/api/auth/callback?state=x&code=y"]
                {
                    #expect(try await browser.open(address).status == 400)
                }
                #expect(try await service.audited("login_refused", "state") == 8)
            }
        }
    }

    @Test("A code of another sign-in, a replayed and a made-up code give nothing")
    func codes() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                let victim = try await Browser(service).callback(gitHub, handle: "ada")
                let code = try #require(victim.firstMatch(of: #/code=([^&]+)/#)?.output.1)
                gitHub.signIn(666, "eve")
                let eve = Browser(service)
                let own = try await eve.callback(gitHub, handle: "ada")
                // The victim's code with the attacker's state: PKCE ties a code to the sign-in that asked for it.
                let mixed = own.replacing(#/code=[^&]+/#, with: "code=\(code)")
                let answer = try await eve.open(mixed)
                #expect(answer.status == 400, "\(answer)")
                let made = try await eve.callback(gitHub).replacing(#/code=[^&]+/#, with: "code=guess")
                #expect(try await eve.open(made).status == 400)
                #expect(try await service.database.read("SELECT FROM sessions").isEmpty)
            }
        }
    }

    @Test("GitHub out of order, or a user who says no, ends on a page")
    func failures() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                let browser = Browser(service)
                let denied = try await browser.callback(gitHub).replacing(#/code=[^&]+/#, with: "error=access_denied")
                #expect(try await browser.open(denied).status == 400)
                gitHub.state.withLock { $0.failure = .serviceUnavailable }
                let failed = try await browser.throughGitHub(gitHub)
                #expect(failed.status == 502)
                #expect(!failed.text.contains(StandInGitHub.clientSecret))
            }
        }
    }

    @Test("Of two accounts that claim one handle at once, one gets it; one account at once gets one handle")
    func race() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                var callbacks: [(Browser, String)] = []
                for id in 1...6 {
                    gitHub.signIn(Int64(id), "racer\(id)")
                    let browser = Browser(service)
                    callbacks.append((browser, try await browser.callback(gitHub, handle: "ada")))
                }
                let answers = try await Self.all(callbacks)
                #expect(answers.count { $0.status == 302 } == 1, "\(answers.map(\.status))")
                #expect(answers.count { $0.status == 409 } == 5)

                gitHub.signIn(99, "one")
                callbacks = []
                for number in 1...6 {
                    let browser = Browser(service)
                    callbacks.append((browser, try await browser.callback(gitHub, handle: "name\(number)x")))
                }
                let claims = try await Self.all(callbacks)
                #expect(claims.count { $0.status == 302 } == 1, "\(claims.map(\.status))")
                #expect(claims.allSatisfy { $0.status == 302 || $0.status == 409 })
                let rows = try await service.database.read("SELECT count(*) FROM handles WHERE handle LIKE 'name%x'")
                #expect(rows.first?.int64(0) == 1)
            }
        }
    }

    private static func all(_ callbacks: [(Browser, String)]) async throws -> [HTTPAnswer] {
        try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            for (browser, callback) in callbacks { group.addTask { try await browser.open(callback) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("A suspended handle does not sign in")
    func suspended() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                _ = try await Browser(service).throughGitHub(gitHub, handle: "ada")
                _ = try await service.database.write("UPDATE handles SET status = 'suspended' WHERE handle = 'ada'")
                try await eventually("the news is heard") {
                    try await Browser(service).throughGitHub(gitHub, handle: "ada").status == 403
                }
            }
        }
    }

    @Test("New handles of an address are counted, whichever way they come")
    func limit() async throws {
        try await StandInGitHub.with { gitHub in
            let settings = gitHub.settings.merging(["identity.registers_per_hour": "1"]) { $1 }
            try await withLogins(settings) { service in
                _ = try await service.register("grace")
                let answer = try await Browser(service).throughGitHub(gitHub, handle: "ada")
                #expect(answer.status == 429)
                #expect(answer.headers["Retry-After"] != nil)
            }
        }
    }

    @Test("Half a set-up stops the start, and without one the way leads to the page")
    func settings() async throws {
        await #expect(throws: StartFailure.self) {
            try await withLogins(["github.client_id": "x"]) { _ in }
        }
        await #expect(throws: StartFailure.self) {
            try await withLogins(["login.redirect_origins": "https://app.example.com/path"]) { _ in }
        }
        try await withLogins { service in
            let answer = try await Browser(service).open("/api/auth/github?handle=ada")
            #expect(answer.status == 302)
            #expect(answer.headers["Location"] == "/login?handle=ada")
            #expect(try await Browser(service).open("/login").text.contains("No way of signing in"))
        }
    }

    @Test("No secret reaches the database: neither state nor code nor GitHub's token, only hashes")
    func storage() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                let browser = Browser(service)
                let pending = try await browser.callback(gitHub, handle: "ada")
                let state = try #require(pending.firstMatch(of: #/state=([^&]+)/#)?.output.1)
                let cookie = try #require(browser.cookie?.split(separator: "=").last)
                for secret in [state, cookie] {
                    let rows = try await service.database.read(
                        "SELECT FROM login_attempts AS a WHERE row_to_json(a)::text LIKE '%' || \(String(secret)) || '%'"
                    )
                    #expect(rows.isEmpty)
                }
                let end = try await browser.open(pending)
                let token = try #require(end.redirected["token"])
                let sessions = try await service.database.read(
                    "SELECT FROM sessions AS s WHERE row_to_json(s)::text LIKE '%' || \(token) || '%'"
                )
                #expect(sessions.isEmpty)
                #expect(try await service.database.read("SELECT FROM login_attempts").isEmpty)
            }
        }
    }
}
