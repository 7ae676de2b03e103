import Foundation

/// A certificate for `localhost` and 127.0.0.1 that vouches for itself, made with openssl.
struct Certificate: Sendable {
    let path: String
    let keyPath: String

    /// What the test servers show.
    static var server: Certificate { get throws { try made[0].get() } }

    /// Another one, which they do not show.
    static var stranger: Certificate { get throws { try made[1].get() } }

    private static let folder = FileManager.default.temporaryDirectory.appending(path: "kvtest-\(UUID().uuidString)")
        .path

    private static let made: [Result<Certificate, any Error>] = ["server", "stranger"].map { name in
        Result { try make(name) }
    }

    private static func make(_ name: String) throws -> Certificate {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: Certificate.folder) }
        let certificate = Certificate(path: "\(folder)/\(name).pem", keyPath: "\(folder)/\(name).key")
        let (output, succeeded) = try ChildProcess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
                + ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
                + ["-keyout", certificate.keyPath, "-out", certificate.path]
        )
        guard succeeded else { throw Failure(output: output) }
        return certificate
    }

    private struct Failure: Error {
        let output: String
    }
}
