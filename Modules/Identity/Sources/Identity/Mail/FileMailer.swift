import Foundation

/// Writes mail to files instead of sending it: for development and tests.
struct FileMailer: Mailer {
    /// Made when missing; relative to where the service runs.
    let folder: String

    func send(_ mail: Mail, from sender: MailAddress) async -> MailOutcome {
        do {
            let folder = URL(filePath: folder, directoryHint: .isDirectory)
            try FileManager.default.createDirectory(
                at: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try Data(mail.message(from: sender)).write(to: folder.appending(path: mail.id + ".eml"), options: .atomic)
            return .accepted
        } catch {
            return .refused(isFinal: false, reason: "the folder for mail cannot be written")
        }
    }
}
