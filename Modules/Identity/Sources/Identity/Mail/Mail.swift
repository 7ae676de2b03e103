import Glibc
import Postgres

/// A mail to one person, as it waits to be sent.
struct Mail: Sendable {
    /// Of its row.
    let id: String
    /// Fixed when the mail is written, so that every try to send it is the same mail.
    let messageID: String
    let recipient: MailAddress
    /// ASCII without line breaks.
    let subject: String
    /// ASCII; lines of at most 998 characters (RFC 5322, 2.1.1).
    let body: String
    let createdAt: PostgresTimestamp
    /// Nobody wants it after this time.
    let expiresAt: PostgresTimestamp

    /// The message as it goes over the wire (RFC 5322).
    func message(from sender: MailAddress) -> [UInt8] {
        let lines =
            [
                "From: /vibe <\(sender.text)>",
                "To: <\(recipient.text)>",
                "Subject: \(subject)",
                "Date: \(Self.date(createdAt))",
                "Message-ID: <\(messageID)>",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: 7bit",
                // So that no absence notice comes back (RFC 3834).
                "Auto-Submitted: auto-generated",
                "",
            ] + body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Array(lines.joined(separator: "\r\n").utf8) + Array("\r\n".utf8)
    }

    /// `Thu, 08 Jan 2026 16:00:00 +0000`
    private static func date(_ time: PostgresTimestamp) -> String {
        var seconds = time_t(time.microseconds / 1_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        // The program never leaves the C locale, whose names are those that the format asks for.
        return String(unsafeUninitializedCapacity: 64) { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
                strftime($0.baseAddress, 64, "%a, %d %b %Y %H:%M:%S +0000", &parts)
            }
        }
    }
}

/// Hands mail over to whoever carries it on.
protocol Mailer: Sendable {
    /// Tries once. Never throws: what went wrong is part of the outcome.
    func send(_ mail: Mail, from sender: MailAddress) async -> MailOutcome
}

/// What became of one try to send a mail.
enum MailOutcome: Sendable, Equatable {
    /// The server has taken it over.
    case accepted
    /// The server has not taken it, for certain.
    ///
    /// - Parameters:
    ///   - isFinal: another try would end the same.
    ///   - reason: for the log, without addresses.
    case refused(isFinal: Bool, reason: String)
    /// The server was sent all of it, and did not say what became of it. Another try might make two of it.
    case unknown(reason: String)
}
