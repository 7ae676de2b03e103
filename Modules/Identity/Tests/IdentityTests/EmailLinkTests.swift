import Foundation
import JSONText
import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

@testable import Identity

@Suite("E-mailed links")
struct EmailLinkTests {
    private static let callback = "http://localhost:9876/callback"

    /// A service that writes its mail into a folder.
    private func withMail(
        _ settings: [String: String] = [:],
        clock: ManualClock? = nil,
        _ body: (TestService, Mailbox) async throws -> Void
    ) async throws {
        let mailbox = try Mailbox()
        defer { mailbox.remove() }
        let values = settings.merging(["mail.folder": mailbox.folder.path]) { $1 }
        try await withLogins(values, clock: clock) { try await body($0, mailbox) }
    }

    /// Asks for a link on the page, and gives what the mail says.
    private func ask(
        _ service: TestService,
        _ mailbox: Mailbox,
        _ address: String,
        handle: String? = nil,
        browser: Browser? = nil
    ) async throws -> String {
        let browser = browser ?? Browser(service)
        let query = handle.map { "&handle=\($0)" } ?? ""
        let page = try await browser.open("/login?redirect=\(FormFields.encoded(Self.callback))\(query)")
        let fields = ["handle", "redirect", "seal"].compactMap { name in page.field(name).map { (name, $0) } }
        let answer = try await browser.submit("/login/email", fields + [("email", address)])
        #expect(answer.status == 200, "\(answer)")
        return try await mailbox.link(to: address.lowercased())
    }

    /// Opens a link and sends the form that it shows.
    private func use(_ link: String, _ service: TestService, handle: String? = nil) async throws -> HTTPAnswer {
        let browser = Browser(service)
        let page = try await browser.open(link)
        guard page.status == 200 else { return page }
        let fields = ["code", "seal"].compactMap { name in page.field(name).map { (name, $0) } }
        return try await browser.submit("/login/link", fields + (handle.map { [("handle", $0)] } ?? []))
    }

    @Test("The whole way: a new address claims a handle, later signs in as it, and the client registers")
    func wholeWay() async throws {
        try await withMail { service, mailbox in
            let link = try await ask(service, mailbox, "Ada@Example.com", handle: "ada")
            let first = try await use(link, service, handle: "ada")
            #expect(first.status == 302, "\(first)")
            #expect(first.headers["Location"]?.hasPrefix(Self.callback + "?token=sess_") == true)
            #expect(first.redirected["handle"] == "ada")
            let token = try #require(first.redirected["token"])
            #expect(try await service.client.get("/api/auth/sessions", token: token).status == 200)
            #expect(try await service.registerAfterSignIn("ada").string(at: "token") != nil)
            #expect(try await service.registerAfterSignIn("ada").value(at: "token") == nil)

            let second = try await use(try await ask(service, mailbox, "ada@example.com"), service)
            #expect(second.redirected["handle"] == "ada")
            #expect(second.redirected["token"] != token)
            #expect(try await service.audited("login", "email") == 2)
        }
    }

    @Test("A link works once, also for many at once, and opening it alone does nothing")
    func once() async throws {
        try await withMail { service, mailbox in
            let link = try await ask(service, mailbox, "ada@example.com", handle: "ada")
            for _ in 0..<3 { #expect(try await Browser(service).open(link).status == 200) }
            #expect(try await service.database.read("SELECT FROM sessions").isEmpty)
            let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                for _ in 0..<6 { group.addTask { try await use(link, service, handle: "ada") } }
                return try await group.reduce(into: [HTTPAnswer]()) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 302 } == 1, "\(answers.map(\.status))")
            #expect(answers.allSatisfy { [302, 400, 409].contains($0.status) })
            let again = try await use(link, service, handle: "ada")
            #expect(again.status == 400)
            #expect(try await service.database.read("SELECT FROM sessions").count == 1)

            let login = try await ask(service, mailbox, "ada@example.com")
            let uses = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                for _ in 0..<6 { group.addTask { try await use(login, service) } }
                return try await group.reduce(into: [HTTPAnswer]()) { $0.append($1) }
            }
            #expect(uses.count { $0.status == 302 } == 1, "\(uses.map(\.status))")
        }
    }

    @Test("A link works for half an hour")
    func expiry() async throws {
        let clock = ManualClock()
        try await withMail(clock: clock) { service, mailbox in
            let link = try await ask(service, mailbox, "ada@example.com", handle: "ada")
            let late = try await ask(service, mailbox, "grace@example.com", handle: "grace")
            clock.advance(by: .seconds(1_799))
            #expect(try await use(link, service, handle: "ada").status == 302)
            clock.advance(by: .seconds(1))
            #expect(try await Browser(service).open(late).status == 400)
            #expect(try await use(late, service, handle: "grace").status == 400)
            #expect(try await service.database.read("SELECT FROM handles WHERE handle = 'grace'").isEmpty)
        }
    }

    @Test("A made-up, a cut and a foreign code open nothing, and a form needs our page in the same browser")
    func forgery() async throws {
        try await withMail { service, mailbox in
            let link = try await ask(service, mailbox, "ada@example.com", handle: "ada")
            for wrong in [
                String(link.dropLast()), link + "x", "/login/link?code=", "/login/link", "/login/link?code=%00",
            ] {
                #expect(try await Browser(service).open(wrong).status == 400, "\(wrong)")
            }
            let page = try await Browser(service).open(link)
            let code = try #require(page.field("code"))
            let seal = try #require(page.field("seal"))
            // Sent by another site's page: no cookie. By a browser with a cookie of its own: another seal.
            let fields = [("code", code), ("handle", "ada"), ("seal", seal)]
            #expect(try await Browser(service).submit("/login/link", fields).status == 403)
            let other = Browser(service)
            _ = try await other.open("/login")
            #expect(try await other.submit("/login/link", fields).status == 403)
            #expect(try await other.submit("/login/email", [("email", "x@example.com"), ("seal", seal)]).status == 403)
            #expect(try await service.database.read("SELECT FROM sessions").isEmpty)
        }
    }

    @Test("A taken handle is refused without using up the link")
    func taken() async throws {
        try await withMail { service, mailbox in
            _ = try await service.register("grace")
            let link = try await ask(service, mailbox, "ada@example.com", handle: "grace")
            let refused = try await use(link, service, handle: "grace")
            #expect(refused.status == 409)
            #expect(refused.headers["Location"] == nil)
            #expect(refused.text.contains("Otherwise choose"))
            #expect(try await use(link, service, handle: "vibe").status == 409)
            #expect(try await use(link, service, handle: "ada").redirected["handle"] == "ada")
        }
    }

    @Test("Somebody who asks with another's handle gets their own, or nothing")
    func foreignHandle() async throws {
        try await withMail { service, mailbox in
            _ = try await use(try await ask(service, mailbox, "ada@example.com", handle: "ada"), service, handle: "ada")
            _ = try await use(try await ask(service, mailbox, "eve@example.com", handle: "eve"), service, handle: "eve")
            let answer = try await use(try await ask(service, mailbox, "eve@example.com", handle: "ada"), service)
            #expect(answer.status == 409)
            #expect(answer.headers["Location"] == nil)
            let forced = try await use(
                try await ask(service, mailbox, "eve@example.com", handle: "eve"),
                service,
                handle: "ada"
            )
            #expect(forced.redirected["handle"] == "eve")
        }
    }

    @Test("The answer and the work are the same for addresses with and without an account")
    func constantAnswers() async throws {
        try await withMail { service, mailbox in
            _ = try await use(try await ask(service, mailbox, "ada@example.com", handle: "ada"), service, handle: "ada")
            var bodies: Set<String> = []
            for address in ["ada@example.com", "nobody@example.com"] {
                let before = try await service.database.read("SELECT count(*) FROM mail_queue").first?.int64(0) ?? 0
                let json = try await service.documented(.post, "/api/auth/email", json: ["email": .string(address)])
                #expect(json.status == 200)
                bodies.insert(json.text)
                let after = try await service.database.read("SELECT count(*) FROM mail_queue").first?.int64(0) ?? 0
                #expect(after == before + 1)
            }
            #expect(bodies.count == 1)
            // No statement of asking looks at accounts: the same two inserts, whoever it is.
            let links = try await service.database.read(
                "SELECT count(*), count(linking) FROM email_links WHERE used_at IS NULL"
            )
            #expect(links.first?.int64(0) == 2)
            #expect(links.first?.int64(1) == 0)
        }
    }

    @Test("Links are counted by address, and by mailbox without a word")
    func limits() async throws {
        let settings = ["login.links_per_hour": "3", "login.links_per_mailbox_and_hour": "2"]
        try await withMail(settings) { service, _ in
            for _ in 0..<3 {
                let answer = try await service.client.post("/api/auth/email", json: ["email": "ada@example.com"])
                #expect(answer.status == 200)
            }
            #expect(try await service.database.read("SELECT FROM email_links").count == 2)
            let fourth = try await service.client.post("/api/auth/email", json: ["email": "bob@example.com"])
            #expect(fourth.status == 429)
        }
    }

    @Test("Ending the session that began it ends the change of address")
    func linkingEnded() async throws {
        try await withMail { service, mailbox in
            let owner = try await service.register("ada")
            let other = try await service.client.post(
                "/api/presence",
                token: owner,
                json: TestService.registering("ada")
            )
            let thief = try #require(other.string(at: "token"), "\(other)")
            let session = try #require(other.string(at: "sessionId"))
            _ = try await service.client.post("/api/account/email", token: thief, json: ["email": "evil@example.com"])
            let link = try await mailbox.link(to: "evil@example.com")
            #expect(try await service.client.delete("/api/auth/sessions/\(session)", token: owner).status == 200)
            #expect(try await use(link, service).text.contains("Address confirmed") == false)
            #expect(try await service.database.read("SELECT FROM email_addresses").isEmpty)
        }
    }

    @Test("The owner of a handle gives it an address; the one before is told, and lets nobody in any more")
    func linking() async throws {
        try await withMail { service, mailbox in
            let token = try await service.register("ada")
            for address in ["old@example.com", "new@example.com"] {
                let asked = try await service.documented(
                    .post,
                    "/api/account/email",
                    token: token,
                    json: ["email": .string(address)]
                )
                #expect(asked.status == 200, "\(asked)")
                let answer = try await use(try await mailbox.link(to: address), service)
                #expect(answer.status == 200)
                #expect(answer.text.contains("Address confirmed"))
            }
            try await eventually("the old address is told") {
                try mailbox.mails(to: "old@example.com").contains { $0.contains("Subject: Another address for @ada") }
            }
            let old = try await use(try await ask(service, mailbox, "old@example.com"), service, handle: "ada")
            #expect(old.status == 409)
            let new = try await use(try await ask(service, mailbox, "new@example.com"), service)
            #expect(new.redirected["handle"] == "ada")
            #expect(try await service.audited("account_linked", "email") == 2)
            #expect(try await service.client.post("/api/account/email", json: ["email": "a@b.example"]).status == 401)
        }
    }

    @Test("An address that is somebody's cannot be given to another handle, and a used link gives nothing")
    func linkingTaken() async throws {
        try await withMail { service, mailbox in
            _ = try await use(try await ask(service, mailbox, "ada@example.com", handle: "ada"), service, handle: "ada")
            let eve = try await service.register("eve")
            _ = try await service.client.post("/api/account/email", token: eve, json: ["email": "ada@example.com"])
            let link = try await mailbox.link(to: "ada@example.com", skipping: 1)
            #expect(try await use(link, service).status == 409)
            // Signing out everywhere ends what a stolen token has begun.
            _ = try await service.client.post("/api/account/email", token: eve, json: ["email": "x@example.com"])
            let begun = try await mailbox.link(to: "x@example.com")
            _ = try await service.client.post("/api/auth/logout-all", token: eve, json: [:])
            #expect(try await use(begun, service).status == 400)
        }
    }

    @Test("Without mail nothing is offered")
    func withoutMail() async throws {
        try await withLogins { service in
            #expect(try await !Browser(service).open("/login").text.contains("/login/email"))
            let answer = try await service.client.post("/api/auth/email", json: ["email": "ada@example.com"])
            #expect(answer.status == 503)
            #expect(answer.string(at: "code") == "mail_not_configured")
        }
    }

    @Test("Codes are stored only hashed, and the mail is emptied when it was sent")
    func storage() async throws {
        try await withMail { service, mailbox in
            let link = try await ask(service, mailbox, "ada@example.com", handle: "ada")
            let code = try #require(link.split(separator: "=").last)
            try await eventually("the row knows that it was sent") {
                try await service.database.read("SELECT FROM mail_queue WHERE state = 'sent'").count == 1
            }
            for table in ["email_links", "mail_queue", "idempotency_keys", "outbox"] {
                let rows = try await service.database.read(
                    PostgresQuery(
                        sql: "SELECT FROM \(table) AS t WHERE row_to_json(t)::text LIKE '%' || $1 || '%'",
                        binds: [PostgresBind(String(code))]
                    )
                )
                #expect(rows.isEmpty, "\(table)")
            }
            let rest = try await service.database.read("SELECT FROM mail_queue WHERE recipient IS NOT NULL")
            #expect(rest.isEmpty)
        }
    }

    @Test("Erasing leaves neither address nor account nor link")
    func erased() async throws {
        try await StandInGitHub.with { gitHub in
            try await withMail(gitHub.settings) { service, mailbox in
                let end = try await Browser(service).throughGitHub(gitHub, handle: "ada")
                let token = try #require(end.redirected["token"])
                _ = try await service.client.post(
                    "/api/account/email",
                    token: token,
                    json: ["email": "ada@example.com"]
                )
                _ = try await use(try await mailbox.link(to: "ada@example.com"), service)
                _ = try await ask(service, mailbox, "ada@example.com")
                let exported = try await PostgresPersonalDataStore(database: service.database).export("ada")
                let data = try JSONDocument(exported.bytes).root
                #expect(data.value(at: "email.address")?.string == "ada@example.com")
                #expect(data.value(at: "github.id")?.int64 == 4_711)

                let personal = PersonalData(
                    store: PostgresPersonalDataStore(database: service.database),
                    ids: .system,
                    clock: .system,
                    nameHash: NameHash(try ServiceSecret("a secret of tests, which everybody knows"))
                )
                try await service.database.transaction { try await personal.erase("ada", in: $0) }
                for table in [
                    "github_accounts", "email_addresses", "email_links", "login_grants", "login_attempts", "mail_queue",
                    "audit_log", "handles",
                ] {
                    for trace in ["\"ada\"", "ada@example.com", "octo-ada", "4711"] {
                        let rows = try await service.database.read(
                            PostgresQuery(
                                sql: "SELECT FROM \(table) AS t WHERE row_to_json(t)::text LIKE '%' || $1 || '%'",
                                binds: [PostgresBind(trace)]
                            )
                        )
                        #expect(rows.isEmpty, "\(table) \(trace)")
                    }
                }
            }
        }
    }
}

/// The folder that a service writes its mail to.
struct Mailbox {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "vibe-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The mails to an address, the oldest first: their names sort by time.
    func mails(to address: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".eml") }
            .sorted()
            .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
            .filter { $0.contains("To: <\(address)>\r\n") }
    }

    /// The path of the link in the newest mail to an address that was not read yet.
    ///
    /// - Parameter count: how many of its mails are old.
    func link(to address: String, skipping count: Int? = nil) async throws -> String {
        let old = count ?? read.withLock { $0[address, default: 0] }
        var found: String?
        try await eventually("mail for \(address)") {
            let mails = try mails(to: address)
            guard mails.count > old, let mail = mails.last else { return false }
            found = mail.firstMatch(of: #/\/login\/link\?code=\S+/#).map { String($0.output) }
            return found != nil
        }
        let total = try mails(to: address).count
        read.withLock { $0[address] = total }
        return try #require(found)
    }

    private let read = ReadMails()
}

/// How many mails of each address a test has read.
private final class ReadMails: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func withLock<Result>(_ body: (inout [String: Int]) -> Result) -> Result where Result: Sendable {
        counts.withLock { body(&$0) }
    }
}
