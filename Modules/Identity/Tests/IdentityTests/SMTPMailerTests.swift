import Foundation
import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("Mail through a server", .enabled(if: MailServer.isInstalled))
struct SMTPMailerTests {
    private static func mail(to address: String) throws -> Mail {
        Mail(
            id: "mail_1",
            messageID: "mail_1@vibe.example",
            recipient: try #require(MailAddress(address)),
            subject: "Sign in to /vibe",
            body: "Open this link:\n\n.a line that begins with a dot\n\nhttps://vibe.example/login/link?code=x",
            createdAt: PostgresTimestamp(microseconds: 1_767_888_000_000_000),
            expiresAt: PostgresTimestamp(microseconds: 1_767_889_800_000_000)
        )
    }

    private static func send(
        to address: String,
        _ server: String,
        user: String? = nil,
        password: String? = nil,
        requiresTLS: Bool,
        certificates: String? = nil
    ) async throws -> MailOutcome {
        let mailer = SMTPMailer(
            server: SMTPMailer.Server(
                address: server,
                user: user,
                password: password,
                requiresTLS: requiresTLS,
                certificates: certificates,
                clientName: "vibe.example"
            )
        )
        return await mailer.send(try mail(to: address), from: try #require(MailAddress("vibe@vibe.example")))
    }

    @Test("STARTTLS, a checked certificate and a password; the mail arrives as it was written")
    func startTLS() async throws {
        let certificate = try Certificate()
        defer { certificate.remove() }
        try await MailServer.with(.starttls, certificate: certificate) { server in
            let outcome = try await Self.send(
                to: "ada@example.com",
                "smtp://127.0.0.1:\(server.port)",
                user: "vibe",
                password: "smtp password of tests",
                requiresTLS: true,
                certificates: certificate.file.path
            )
            #expect(outcome == .accepted)
            try await eventually("the server says what it got") { !server.mails(to: "ada@example.com").isEmpty }
            let text = try #require(server.mails(to: "ada@example.com").first)
            #expect(text.contains("Message-ID: <mail_1@vibe.example>\r\n"))
            #expect(text.contains("From: /vibe <vibe@vibe.example>\r\nTo: <ada@example.com>\r\n"))
            #expect(text.contains("Date: Thu, 08 Jan 2026 16:00:00 +0000\r\n"))
            #expect(text.contains("\r\n\r\nOpen this link:\r\n\r\n.a line that begins with a dot\r\n"))
            let recipient = try #require(server.all("recipient").first)
            #expect(recipient["tls"]?.bool == true)
            #expect(recipient["user"]?.string == "vibe")
        }
    }

    @Test("TLS from the first byte")
    func implicitTLS() async throws {
        let certificate = try Certificate()
        defer { certificate.remove() }
        try await MailServer.with(.smtps, certificate: certificate) { server in
            let outcome = try await Self.send(
                to: "ada@example.com",
                "smtps://127.0.0.1:\(server.port)",
                requiresTLS: true,
                certificates: certificate.file.path
            )
            #expect(outcome == .accepted)
        }
    }

    @Test("A server without TLS, with a certificate of its own making or a wrong password gets nothing")
    func refusals() async throws {
        let certificate = try Certificate()
        defer { certificate.remove() }
        try await MailServer.with(.plain) { server in
            let outcome = try await Self.send(
                to: "ada@example.com",
                "smtp://127.0.0.1:\(server.port)",
                requiresTLS: true
            )
            #expect(Self.isTemporary(outcome), "\(outcome)")
            #expect(server.all("recipient").isEmpty)
        }
        try await MailServer.with(.starttls, certificate: certificate) { server in
            let address = "smtp://127.0.0.1:\(server.port)"
            let untrusted = try await Self.send(to: "ada@example.com", address, requiresTLS: true)
            #expect(Self.isTemporary(untrusted), "\(untrusted)")
            #expect(server.all("authentication").isEmpty)
            let wrong = try await Self.send(
                to: "ada@example.com",
                address,
                user: "vibe",
                password: "wrong",
                requiresTLS: true,
                certificates: certificate.file.path
            )
            #expect(Self.isTemporary(wrong), "\(wrong)")
            try await eventually("the server says who it refused") { !server.all("authentication").isEmpty }
            #expect(server.all("mail").isEmpty)
        }
    }

    @Test("What became of a mail is known where it can be, and said to be unknown where it cannot")
    func outcomes() async throws {
        try await MailServer.with(.plain) { server in
            func send(_ address: String) async throws -> MailOutcome {
                try await Self.send(to: address, "smtp://127.0.0.1:\(server.port)", requiresTLS: false)
            }
            #expect(try await send("ada@example.com") == .accepted)
            #expect(Self.isTemporary(try await send("later-1@example.com")))
            #expect(try await send("later-1@example.com") == .accepted)
            #expect(Self.isFinal(try await send("never-1@example.com")))
            #expect(Self.isFinal(try await send("full-1@example.com")))
            #expect(Self.isTemporary(try await send("slam-1@example.com")))
            let dropped = try await send("drop-1@example.com")
            guard case .unknown(let reason) = dropped else {
                Issue.record("\(dropped)")
                return
            }
            #expect(!reason.contains("drop-1"))
        }
        let nobody = try await Self.send(to: "ada@example.com", "smtp://127.0.0.1:1", requiresTLS: false)
        #expect(Self.isTemporary(nobody))
    }

    private static func isTemporary(_ outcome: MailOutcome) -> Bool {
        if case .refused(isFinal: false, _) = outcome { true } else { false }
    }

    private static func isFinal(_ outcome: MailOutcome) -> Bool {
        if case .refused(isFinal: true, _) = outcome { true } else { false }
    }

    @Test("The service sends links through it: tried again after a refusal, once, with the same message id")
    func service() async throws {
        try await MailServer.with(.plain) { server in
            let clock = ManualClock()
            let settings = [
                "mail.url": "smtp://127.0.0.1:\(server.port)", "mail.from": "vibe@example.com", "mail.tls": "off",
            ]
            try await withLogins(settings, clock: clock) { service in
                for address in ["later-2@example.com", "drop-2@example.com", "never-2@example.com"] {
                    _ = try await service.client.post("/api/auth/email", json: ["email": .string(address)])
                    try await eventually("\(address) was tried") { server.tries(to: address) == 1 }
                }
                try await eventually("what cannot be known or will never be is ended") {
                    try await service.database.read("SELECT FROM mail_queue WHERE ended_at IS NOT NULL").count == 2
                }
                clock.advance(by: .seconds(5))
                try await eventually("the second try succeeds") {
                    try await service.database.read("SELECT FROM mail_queue WHERE state = 'sent'").count == 1
                }
                clock.advance(by: .seconds(600))
                _ = try await service.client.post("/api/auth/email", json: ["email": "last@example.com"])
                try await eventually("another mail goes out") {
                    try await service.database.read("SELECT FROM mail_queue WHERE state = 'sent'").count == 2
                }
                #expect(server.tries(to: "later-2@example.com") == 2)
                #expect(server.tries(to: "drop-2@example.com") == 1)
                #expect(server.tries(to: "never-2@example.com") == 1)
                #expect(server.mails(to: "drop-2@example.com").count == 1)
                let rows = try await service.database.read(
                    "SELECT state, attempts FROM mail_queue WHERE attempts > 0 AND state <> 'sent' ORDER BY state"
                )
                #expect(rows.map { $0.string(0) } == ["failed", "unknown"])
            }
        }
    }
}
