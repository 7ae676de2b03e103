import Crypto
import Foundation
import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("Pages of signing in")
struct LoginPageTests {
    @Test("What is put into markup is escaped")
    func escaping() {
        let text = #"<script>alert("x")</script>&'"#
        let markup: HTML = "<p title=\"\(text)\">\(text)</p>"
        let escaped = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"
        #expect(markup.text == "<p title=\"\(escaped)\">\(escaped)</p>")
        let outer: HTML = "<b>\(markup)</b>"
        #expect(outer.text == "<b>\(markup.text)</b>")
    }

    @Test("Pages run nothing, load nothing, are kept nowhere, cannot be framed and tell nobody where they were")
    func headers() async throws {
        try await withLogins(["mail.folder": NSTemporaryDirectory() + "vibe-unused"]) { service in
            let answers = [
                try await Browser(service).open("/login?redirect=http://localhost:9876/callback"),
                try await Browser(service).open("/login?redirect=https://evil.com"),
                try await Browser(service).open("/login/link?code=x"),
                try await Browser(service).submit("/login/link", [("code", "x")]),
            ]
            #expect(answers.map(\.status) == [200, 400, 400, 403])
            for answer in answers {
                let policy = try #require(answer.headers["Content-Security-Policy"])
                #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
                #expect(!policy.contains("unsafe"))
                #expect(policy.contains("frame-ancestors 'none'"))
                #expect(policy.contains("base-uri 'none'"))
                #expect(answer.headers["Cache-Control"] == "no-store")
                #expect(answer.headers["Referrer-Policy"] == "no-referrer")
                #expect(answer.headers["Content-Type"] == "text/html; charset=utf-8")
                #expect(!answer.text.contains("<script"))
                // The one style is the one that the policy names.
                let style = try #require(answer.text.firstMatch(of: #/(?s)<style>(.*)<\/style>/#)?.output.1)
                let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
                #expect(policy.contains("'sha256-\(hash)'"))
            }
            #expect(
                answers[0].headers["Content-Security-Policy"]?.contains("form-action 'self' http://localhost:9876;")
                    == true
            )
            let cookie = try #require(answers[0].headers["Set-Cookie"])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"))
        }
    }

    @Test("Behind HTTPS the cookie is for it alone")
    func secureCookie() async throws {
        try await withLogins(["server.public_url": "https://vibe.example"]) { service in
            let cookie = try #require(try await Browser(service).open("/login").headers["Set-Cookie"])
            #expect(cookie.hasPrefix("__Host-vibe_login="))
            #expect(cookie.hasSuffix("; Secure"))
        }
    }

    @Test("Input that is no text is refused with 400, never 500")
    func badInput() async throws {
        try await StandInGitHub.with { gitHub in
            let settings = gitHub.settings.merging(["mail.folder": NSTemporaryDirectory() + "vibe-unused"]) { $1 }
            try await withLogins(settings) { service in
                for query in [
                    "handle=%00", "handle=%FF", "redirect=%00", "redirect=%zz",
                    "handle=" + String(repeating: "a", count: 999),
                ] {
                    for path in ["/login", "/api/auth/github"] {
                        #expect(try await Browser(service).open("\(path)?\(query)").status == 400, "\(path) \(query)")
                    }
                }
                for query in ["state=%00&code=x", "state=%FF", "code=%00&state=x"] {
                    #expect(try await Browser(service).open("/api/auth/callback?" + query).status == 400)
                }
                for path in ["/login/email", "/login/link"] {
                    for body in ["", "%", "seal=%00", "email=%FF&seal=x", "{}", "seal"] {
                        let answer = try await service.client.request("POST", path, body: .text(body))
                        #expect(answer.status == 403, "\(path) \(body): \(answer.status)")
                    }
                }
                let bodies: [[UInt8]] = [
                    Array("[]".utf8), Array("{".utf8), Array(#"{"email":1}"#.utf8), Array(#"{"email":null}"#.utf8),
                    Array(#"{"email":"a@b.example","handle":7}"#.utf8), Array(#"{"email":"a\u0000@b.example"}"#.utf8),
                    Array(#"{"email":"\ud800@b.example"}"#.utf8), Array(#"{"email":"a@b.example","redirect":[]}"#.utf8),
                    Array(#"{"email":"a@b.example","handle":"x"}"#.utf8), Array(#"{}"#.utf8),
                    Array(#"{"email":"a@b.example","redirect":"https://evil.com"}"#.utf8),
                ]
                for body in bodies {
                    let answer = try await service.client.request("POST", "/api/auth/email", body: .bytes(body))
                    #expect(answer.status == 400, "\(String(decoding: body, as: UTF8.self)): \(answer)")
                }
                #expect(try await service.database.read("SELECT FROM mail_queue").isEmpty)
            }
        }
    }

    @Test("HEAD begins nothing")
    func head() async throws {
        try await StandInGitHub.with { gitHub in
            try await withLogins(gitHub.settings) { service in
                for path in ["/login", "/api/auth/github", "/api/auth/callback?state=x&code=y"] {
                    _ = try await service.client.request("HEAD", path)
                }
                #expect(try await service.database.read("SELECT FROM login_attempts").isEmpty)
                #expect(try await service.database.read("SELECT FROM audit_log").isEmpty)
            }
        }
    }
}
