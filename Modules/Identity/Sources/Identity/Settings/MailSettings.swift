import Kernel
import ServiceSettings

extension IdentitySettings {
    static let mail: [SettingDeclaration] = [
        SettingDeclaration(
            key: "mail.url",
            type: .url,
            description:
                "The mail server: smtps://host:465, or smtp://host:587 with STARTTLS. Unset: no e-mailed links.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "mail.user",
            type: .string,
            description: "The account at the mail server; unset: none is needed.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "mail.password",
            type: .string,
            description: "The password of that account.",
            owner: "identity",
            isSecret: true
        ),
        SettingDeclaration(
            key: "mail.from",
            type: .string,
            description: "The address that mail comes from.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "mail.tls",
            type: .choice(["required", "off"]),
            default: "required",
            description: "Whether mail may leave without TLS: off is for a server on the same machine.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "mail.ca_file",
            type: .string,
            description: "Certificates (PEM) to trust instead of the system's.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "mail.folder",
            type: .string,
            description: "Without mail.url, write mail to files in this folder. Development: .vibe/mail.",
            owner: "identity"
        ),
    ]
}

/// How mail leaves, from the settings.
enum MailSettings {
    /// - Parameter host: of the service, for the mail server's log.
    /// - Returns: `nil` when mail is not set up, so that nothing may offer it.
    /// - Throws: ``StartFailure`` when it is half set up.
    static func mailer(_ settings: Settings, host: String) throws(StartFailure) -> (any Mailer)? {
        if let address = settings.optionalString("mail.url"), !address.isEmpty {
            return try smtp(settings, address, host)
        }
        if let folder = settings.optionalString("mail.folder"), !folder.isEmpty { return FileMailer(folder: folder) }
        return settings.environment == .development ? FileMailer(folder: ".vibe/mail") : nil
    }

    /// Who mail is from. Files need no address that exists.
    static func sender(_ settings: Settings) throws(StartFailure) -> MailAddress {
        let text = settings.optionalString("mail.from") ?? "vibe@vibe.invalid"
        guard let address = MailAddress(text) else {
            throw StartFailure("mail.from: '\(text)' is no e-mail address.", code: 78)
        }
        return address
    }

    private static func smtp(
        _ settings: Settings,
        _ address: String,
        _ host: String
    ) throws(StartFailure) -> SMTPMailer {
        guard address.hasPrefix("smtp://") || address.hasPrefix("smtps://") else {
            throw StartFailure("mail.url: only smtp:// and smtps:// send mail.", code: 78)
        }
        guard settings.optionalString("mail.from") != nil else {
            throw StartFailure("mail.url is set, but mail.from is not.", code: 78)
        }
        return SMTPMailer(
            server: SMTPMailer.Server(
                address: address,
                user: settings.optionalString("mail.user"),
                password: settings.optionalString("mail.password"),
                requiresTLS: settings.string("mail.tls") == "required",
                certificates: settings.optionalString("mail.ca_file"),
                clientName: host
            )
        )
    }
}
