import Foundation
import Kernel

/// The secret of a development service, kept in `.vibe/secret` so that tokens outlive a restart. Everywhere else the
/// operator must set one.
enum DevelopmentSecret {
    static func load(folder: URL) throws -> String {
        let file = folder.appending(path: "secret")
        if let secret = try? String(contentsOf: file, encoding: .utf8), !secret.isEmpty { return secret }
        let secret = IdentifierSource.system.bytes(32).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard
            FileManager.default.createFile(
                atPath: file.path(percentEncoded: false),
                contents: Data(secret.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        else { throw StartFailure("\(file.path(percentEncoded: false)) cannot be written.") }
        return secret
    }
}
