import CCurl
import NIOPosix

/// Sends mail through a server (SMTP with TLS and a password), by libcurl.
struct SMTPMailer: Mailer {
    struct Server: Sendable {
        /// `smtps://host:465`, or `smtp://host:587`.
        let address: String
        let user: String?
        let password: String?
        /// Whether a server without TLS is refused. Its certificate is checked either way.
        let requiresTLS: Bool
        /// A file of certificates to trust instead of the system's.
        let certificates: String?
        /// What this side calls itself (EHLO).
        let clientName: String
    }

    let server: Server

    /// Longest time for one mail, in seconds: shorter than the service's stop may take.
    static let timeout = 20

    func send(_ mail: Mail, from sender: MailAddress) async -> MailOutcome {
        let message = mail.message(from: sender)
        // libcurl's plain interface blocks, so it gets a thread that may be blocked.
        return await withCheckedContinuation { continuation in
            NIOThreadPool.singleton.submit { _ in
                continuation.resume(returning: transfer(message, from: sender, to: mail.recipient))
            }
        }
    }

    private func transfer(_ message: [UInt8], from sender: MailAddress, to recipient: MailAddress) -> MailOutcome {
        guard Self.isReady, let handle = curl_easy_init() else {
            return .refused(isFinal: false, reason: "libcurl cannot be used")
        }
        defer { curl_easy_cleanup(handle) }
        let recipients = curl_slist_append(nil, "<\(recipient.text)>")
        defer { curl_slist_free_all(recipients) }
        let upload = MailUpload(message)
        return withExtendedLifetime(upload) {
            var codes = [
                ccurl_set_text(handle, CURLOPT_URL, server.address + "/" + server.clientName),
                ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
                // A proxy from the environment is not meant for mail.
                ccurl_set_text(handle, CURLOPT_PROXY, ""),
                ccurl_set_text(handle, CURLOPT_MAIL_FROM, "<\(sender.text)>"),
                ccurl_set_list(handle, CURLOPT_MAIL_RCPT, recipients),
                ccurl_set_number(handle, CURLOPT_TIMEOUT, Self.timeout),
                ccurl_set_number(handle, CURLOPT_CONNECTTIMEOUT, Self.timeout / 2),
                // Signals are for the process, not for one of its threads.
                ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1),
                ccurl_set_upload(handle, readMail, Unmanaged.passUnretained(upload).toOpaque()),
            ]
            if server.requiresTLS {
                codes.append(ccurl_set_number(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)))
            }
            if let user = server.user { codes.append(ccurl_set_text(handle, CURLOPT_USERNAME, user)) }
            if let password = server.password { codes.append(ccurl_set_text(handle, CURLOPT_PASSWORD, password)) }
            if let file = server.certificates { codes.append(ccurl_set_text(handle, CURLOPT_CAINFO, file)) }
            guard codes.allSatisfy({ $0 == CURLE_OK }) else {
                return .refused(isFinal: false, reason: "libcurl does not take the settings")
            }
            let result = curl_easy_perform(handle)
            return outcome(of: result, status: Int(ccurl_response_code(handle)), upload)
        }
    }

    /// What a transfer's end means. Before libcurl has asked for bytes after the last one, the server cannot have the end
    /// of the mail. After that, its answer decides; 354 is the answer before, which asked for the mail.
    private func outcome(of result: CURLcode, status: Int, _ upload: MailUpload) -> MailOutcome {
        guard result != CURLE_OK else { return .accepted }
        let reason = "\(String(cString: curl_easy_strerror(result))) (\(result.rawValue)), last answer \(status)"
        let isRefused = (400..<600).contains(status)
        if upload.isComplete, !isRefused { return .unknown(reason: reason) }
        // A wrong password is the operator's mistake, who may correct it while the mail waits.
        return .refused(isFinal: status >= 500 && result != CURLE_LOGIN_DENIED, reason: reason)
    }

    /// Once per process, before the first use.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

/// The bytes of one mail, on their way. Used by the one thread that runs the transfer.
private final class MailUpload {
    private var rest: ArraySlice<UInt8>
    /// Whether libcurl has been told that there is no more.
    private(set) var isComplete = false

    init(_ message: [UInt8]) {
        rest = message[...]
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = rest.prefix(buffer.count)
        isComplete = part.isEmpty
        buffer.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
    }
}

private func readMail(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let buffer, let context else { return 0 }
    let upload = Unmanaged<MailUpload>.fromOpaque(context).takeUnretainedValue()
    return upload.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
}
