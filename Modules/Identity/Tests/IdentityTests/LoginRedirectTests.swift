import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("Where a sign-in may end")
struct LoginRedirectTests {
    private static let origins: Set<String> = ["https://app.example.com", "https://app.example.com:8443"]

    @Test(
        "Loopback in its plain spellings, on any port, and the named origins",
        arguments: [
            "http://localhost:9876/callback", "http://localhost/callback", "http://127.0.0.1:1/", "http://[::1]:9876/x",
            "http://localhost:65535", "http://localhost:9876/callback?client=m4", "https://app.example.com/in",
            "https://app.example.com", "https://app.example.com:8443/in",
        ]
    )
    func allowed(address: String) {
        #expect(RedirectTarget(address, origins: Self.origins) != nil)
    }

    @Test(
        "Nothing else, whatever it looks like",
        arguments: [
            // Other hosts that begin, end or hide behind the right one.
            "http://localhost.evil.com/callback", "http://localhost:9876.evil.com/", "http://evil.com/?localhost",
            "http://127.0.0.1.evil.com/", "http://evil.com/127.0.0.1", "https://app.example.com.evil.com/",
            "https://evil.com/app.example.com", "http://xlocalhost/", "http://localhost-/",
            // User info.
            "http://127.0.0.1@evil.com/", "http://localhost:9876@evil.com/callback", "http://localhost%40evil.com/",
            "http://user:pass@localhost:9876/", "https://app.example.com@evil.com", "http://@localhost/",
            // Other spellings of loopback, and of nowhere.
            "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.0.0.2/",
            "http://0.0.0.0/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:0:0:1]:9876/",
            "http://[::1%25lo]/", "http://[::1]evil.com/", "http://[::1].evil.com/", "http://localhost./",
            "http://LOCALHOST/", "http://ⓛocalhost/", "http://127。0。0。1/", "http:////localhost/",
            // Other ports and schemes of a named origin.
            "https://app.example.com:444/", "http://app.example.com/", "https://app.example.com:443/",
            "https://localhost:9876/callback", "ftp://localhost/", "javascript://localhost/%0aalert(1)",
            "data:text/html,x", "HTTP://localhost/", "//localhost/", "/callback", "localhost:9876", "",
            // Ports that are none.
            "http://localhost:/", "http://localhost:0/", "http://localhost:99999/", "http://localhost:+80/",
            "http://localhost:80:90/", "http://localhost:08/",
            // What readers of addresses disagree about.
            "http://localhost\\@evil.com/", "http://evil.com\\localhost/", "http://localhost/\r\nX: y",
            "http://localhost/ x", "http://localhost\t/", "http://localhost/\u{0}", "http://localhost/#@evil.com/",
            "http://evil.com#localhost/", " http://localhost/", "http://localhost;evil.com/",
            // Parameters of its own that would come before ours.
            "http://localhost:9876/callback?token=x", "http://localhost:9876/?a=1&handle=eve",
            "http://localhost:9876/?HANDLE=eve", "http://localhost:9876/?%74oken=x",
        ]
    )
    func refused(address: String) {
        #expect(RedirectTarget(address, origins: Self.origins) == nil)
    }

    @Test("What is too long is refused")
    func length() {
        #expect(RedirectTarget("http://localhost/" + String(repeating: "x", count: 2_000), origins: []) == nil)
    }

    @Test("Parameters are added behind what is there, encoded")
    func adding() throws {
        let cases = [
            ("http://localhost:9876/callback", "http://localhost:9876/callback?a=%26%20b"),
            ("http://localhost:9876", "http://localhost:9876/?a=%26%20b"),
            ("http://localhost:9876?x=1", "http://localhost:9876/?x=1&a=%26%20b"),
            ("http://localhost:9876/c?x=1", "http://localhost:9876/c?x=1&a=%26%20b"),
        ]
        for (address, expected) in cases {
            let target = try #require(RedirectTarget(address, origins: []))
            #expect(target.adding([("a", "& b")]) == expected)
        }
    }

    @Test("Origins of the settings are whole and safe")
    func settings() {
        #expect(RedirectTarget.origin(of: "https://app.example.com") == "https://app.example.com")
        #expect(RedirectTarget.origin(of: "http://localhost:3000") == "http://localhost:3000")
        for text in [
            "http://app.example.com", "https://app.example.com/", "https://a@b.example", "app.example.com", "*",
        ] {
            #expect(RedirectTarget.origin(of: text) == nil, "\(text)")
        }
    }

    @Test("The routes refuse them before anything begins")
    func routes() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                for path in ["/login", "/api/auth/github"] {
                    for address in [
                        "http://localhost.evil.com/", "http://127.0.0.1@evil.com/", "https://evil.com", "http://[::2]/",
                        "//evil.com",
                    ] {
                        let answer = try await Browser(service).open(
                            "\(path)?redirect=\(FormFields.encoded(address))"
                        )
                        #expect(answer.status == 400)
                        #expect(answer.headers["Location"] == nil)
                    }
                }
                #expect(try await service.database.read("SELECT FROM login_attempts").isEmpty)
                // A list that was shortened meanwhile counts.
                let browser = Browser(service)
                let callback = try await browser.callback(gitHub, handle: "ada")
                _ = try await service.database.write("UPDATE login_attempts SET redirect = 'https://evil.com/'")
                #expect(try await browser.open(callback).status == 400)
            }
        }
    }
}
