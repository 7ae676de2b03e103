import Foundation
import KernelTesting
import Postgres
import Synchronization
import Testing

@testable import Identity

/// Somebody's browser: keeps the service's cookies, sends forms as a page of the service does, follows nothing by itself.
final class Browser: Sendable {
    private let client: HTTPClient
    private let cookies = Mutex<[String: String]>([:])
    /// Sent with every request to the service.
    let headers: [(String, String)]

    /// - Parameter address: what the proxy in front says of it; needs `server.trusted_hops`.
    convenience init(_ service: TestService, address: String? = nil) {
        self.init(service.client, address: address)
    }

    init(_ client: HTTPClient, address: String? = nil) {
        self.client = client
        headers = [("User-Agent", "browser")] + (address.map { [("X-Forwarded-For", $0)] } ?? [])
    }

    var cookie: String? {
        let pairs = cookies.withLock { $0.map { "\($0)=\($1)" } }
        return pairs.isEmpty ? nil : pairs.joined(separator: "; ")
    }

    /// Loads an address of the service, given with or without its origin.
    func open(_ address: String, headers more: [(String, String)] = []) async throws -> HTTPAnswer {
        try await send("GET", address, more, .none)
    }

    /// Sends a form.
    func submit(
        _ path: String,
        _ fields: [(name: String, value: String)],
        headers more: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        let type = [("Content-Type", "application/x-www-form-urlencoded")]
        return try await send("POST", path, type + more, .text(FormFields.encoded(fields)))
    }

    private func send(
        _ method: String,
        _ address: String,
        _ more: [(String, String)],
        _ body: HTTPBody
    ) async throws -> HTTPAnswer {
        let path = address.hasPrefix("http") ? try #require(Self.pathAndQuery(address)) : address
        let stored = cookie.map { [("Cookie", $0)] } ?? []
        let answer = try await client.request(method, path, headers: headers + stored + more, body: body)
        for field in answer.headers.all("Set-Cookie") {
            let pair = field.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            cookies.withLock { $0[String(pair[0])] = String(pair[1]) }
        }
        return answer
    }

    static func pathAndQuery(_ address: String) -> String? {
        guard let start = address.range(of: "://")?.upperBound else { return address }
        let rest = address[start...]
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }

    // MARK: Whole ways

    /// From the service to GitHub and back: what the callback answers.
    func throughGitHub(
        _ gitHub: StandInGitHub,
        handle: String? = nil,
        redirect: String? = "http://localhost:9876/callback"
    ) async throws -> HTTPAnswer {
        try await open(try await callback(gitHub, handle: handle, redirect: redirect))
    }

    /// From the service to GitHub: the address of the callback that GitHub sends the browser to.
    func callback(
        _ gitHub: StandInGitHub,
        handle: String? = nil,
        redirect: String? = "http://localhost:9876/callback"
    ) async throws -> String {
        var fields: [(name: String, value: String)] = []
        if let handle { fields.append(("handle", handle)) }
        if let redirect { fields.append(("redirect", redirect)) }
        let begun = try await open("/api/auth/github?" + FormFields.encoded(fields))
        #expect(begun.status == 302, "\(begun)")
        let address = try #require(begun.headers["Location"])
        #expect(address.hasPrefix("http://127.0.0.1:\(gitHub.port)/login/oauth/authorize?"))
        let answer = try await HTTPClient(port: gitHub.port).get(try #require(Self.pathAndQuery(address)))
        #expect(answer.status == 302, "\(answer)")
        return try #require(answer.headers["Location"])
    }
}

extension HTTPAnswer {
    /// The parameters of the address that a redirect leads to.
    var redirected: [String: String] {
        let items = headers["Location"].flatMap { URLComponents(string: $0)?.queryItems } ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    /// The value of a hidden field of the page's forms.
    func field(_ name: String) -> String? {
        let pattern = "name=\"\(name)\" value=\""
        guard let start = text.range(of: pattern)?.upperBound else { return nil }
        return String(text[start...].prefix { $0 != "\"" })
    }
}

/// Runs the service with the ways in that a test needs, without limits, behind one proxy.
func withLogins<Result>(
    _ settings: [String: String] = [:],
    clock: ManualClock? = nil,
    database: TestDatabase? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestService) async throws -> Result
) async throws -> Result {
    var values = [
        "login.attempts_per_minute": "0", "login.links_per_hour": "0", "login.links_per_mailbox_and_hour": "0",
        "server.trusted_hops": "1",
    ]
    values.merge(settings) { _, override in override }
    return try await withIdentity(settings: values, clock: clock, database: database, body)
}

extension TestService {
    /// What a client sends after a sign-in: a register by name alone.
    func registerAfterSignIn(
        _ name: String,
        from address: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        let from = address.map { [("X-Forwarded-For", $0)] } ?? []
        return try await client.post("/api/presence", headers: from + headers, json: Self.registering(name))
    }

    /// How often something is in the audit log.
    func audited(_ kind: String, _ detail: String? = nil) async throws -> Int64 {
        let rows = try await database.read(
            "SELECT count(*) FROM audit_log WHERE kind = \(kind) AND detail = coalesce(\(detail), detail)"
        )
        return rows.first?.int64(0) ?? 0
    }
}
