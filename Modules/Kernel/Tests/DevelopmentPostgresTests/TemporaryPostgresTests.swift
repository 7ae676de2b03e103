import Foundation
import Glibc
import Testing

@testable import DevelopmentPostgres

/// The servers that tests use.
@Suite struct TemporaryPostgresTests {
    @Test func databasesAreClonedReplacedAndDropped() async throws {
        let postgres = try await TemporaryPostgres.shared
        _ = try await postgres.database(named: "pattern")
        try await postgres.execute("CREATE TABLE things (id int)", "INSERT INTO things VALUES (1)", database: "pattern")
        let url = try await postgres.database(named: "copy", template: "pattern")
        #expect(url.contains("/copy"))
        #expect(try await postgres.execute("SELECT id FROM things", database: "copy") == "1")
        try await postgres.execute("INSERT INTO things VALUES (2)", database: "copy")
        _ = try await postgres.database(named: "copy", template: "pattern")
        #expect(try await postgres.execute("SELECT count(*) FROM things", database: "copy") == "1")
        try await postgres.dropDatabase("copy")
        try await postgres.dropDatabase("pattern")
        await #expect(throws: PrivatePostgresError.self) { try await postgres.execute("SELECT 1", database: "copy") }
    }

    @Test func aServerIsStoppedCrashedAndStartedAgain() async throws {
        let postgres = try await TemporaryPostgres.start()
        _ = try await postgres.database(named: "one")
        try await postgres.execute("CREATE TABLE things (id int)", database: "one")
        for fault in 0..<3 {
            switch fault {
            case 0: try await postgres.stop()
            case 1: try await postgres.stop(mode: .immediate)
            default: try await postgres.kill()
            }
            await #expect(throws: PrivatePostgresError.self) { try await postgres.execute("SELECT 1") }
            try await postgres.start()
            #expect(try await postgres.execute("SELECT count(*) FROM things", database: "one") == "0")
        }
        try await postgres.restart()
        #expect(try await postgres.execute("SELECT 1") == "1")
        await postgres.remove()
    }

    @Test func tcpNeedsThePassword() async throws {
        let postgres = try await TemporaryPostgres.start(options: .init(durable: false, tcpPort: 0))
        let url = try #require(postgres.tcpURL(database: "postgres"))
        let psql = PSQL(program: try await Installation.find(forDataOf: nil, folder: "").program("psql"))
        #expect(try await psql.run(["SELECT inet_server_addr()"], url: url) == "127.0.0.1")
        let wrong = url.replacing(/:[^:@]*@/, with: ":wrong@")
        await #expect(throws: PrivatePostgresError.self) { try await psql.run(["SELECT 1"], url: wrong) }
        await postgres.remove()
    }

    @Test func offersTLS() async throws {
        try await withFolder { folder in
            let key = folder.path + "/key.pem"
            let certificate = folder.path + "/certificate.pem"
            let made = try await ChildProcess.run(
                ["/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
                    + ["-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate],
                environment: Account.environment
            )
            try #require(made.status == 0, "\(made.errors)")
            let tls = PrivatePostgres.TLS(
                certificate: try String(contentsOfFile: certificate, encoding: .utf8),
                key: try String(contentsOfFile: key, encoding: .utf8)
            )
            let postgres = try await TemporaryPostgres.start(options: .init(durable: false, tcpPort: 0, tls: tls))
            let url = try #require(postgres.tcpURL(database: "postgres")) + "?sslmode=require"
            let psql = PSQL(program: try await Installation.find(forDataOf: nil, folder: "").program("psql"))
            let answer = try await psql.run(["SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"], url: url)
            #expect(answer == "t")
            await postgres.remove()
        }
    }

    @Test func nothingIsLeftBehind() async throws {
        let postgres = try await TemporaryPostgres.start()
        let sockets = try #require(URLComponents(string: postgres.url(database: "x"))?.queryItems?.first?.value)
        let folder = URL(filePath: sockets).deletingLastPathComponent().path
        let server = try #require(PostmasterFile(data: folder + "/data"))
        await postgres.remove()
        #expect(!server.isRunning)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}

/// PgBouncer before a server.
@Suite(.enabled(if: TemporaryPgBouncer.isInstalled, "needs Debian's package pgbouncer"))
struct TemporaryPgBouncerTests {
    @Test func passesStatementsOn() async throws {
        let postgres = try await TemporaryPostgres.start()
        let bouncer = try await TemporaryPgBouncer.start(before: postgres)
        _ = try await postgres.database(named: "through")
        let psql = PSQL(program: try await Installation.find(forDataOf: nil, folder: "").program("psql"))
        let url = bouncer.url(database: "through")
        #expect(try await psql.run(["SELECT current_database()"], url: url) == "through")
        // Two sessions of ours, one of the server's: that is PgBouncer at work.
        let process = "SELECT pg_backend_pid()"
        #expect(try await psql.run([process], url: url) == psql.run([process], url: url))
        await bouncer.remove()
        await #expect(throws: PrivatePostgresError.self) { try await psql.run([process], url: url) }
        await postgres.remove()
    }
}
