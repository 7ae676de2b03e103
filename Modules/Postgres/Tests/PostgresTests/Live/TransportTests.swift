import Foundation
import Testing

@testable import Postgres

/// TCP, TLS and PgBouncer.
@Suite struct TransportTests {
    @Test func tcp() async throws {
        try await withClient(url: TestServer.shared.tcpURL()) { client in
            let rows = try await client.read("SELECT inet_server_addr() IS NOT NULL")
            #expect(rows[0].bool(0))
        }
    }

    @Test func tlsWithASelfSignedCertificate() async throws {
        guard (try? TestServer.run(["openssl", "version"])) != nil else { return }
        let server = try TestServer()
        let certificate = server.data + "/server.crt"
        try TestServer.run([
            "openssl", "req", "-new", "-x509", "-days", "2", "-nodes", "-subj", "/CN=localhost",
            "-addext", "subjectAltName = DNS:localhost", "-out", certificate, "-keyout", server.data + "/server.key",
        ])
        let refused = await kind {
            try await withClient(url: server.tcpURL("sslmode=require")) { try await $0.waitUntilReady() }
        }
        #expect(refused == .connection)
        try server.stop()
        try appendSetting("ssl = on", to: server)
        try server.start()
        let verified = "sslmode=verify-full&sslrootcert=\(certificate)"
        let byName = server.tcpURL(verified).replacing("@127.0.0.1:", with: "@localhost:") + "&hostaddr=127.0.0.1"
        for url in [server.tcpURL("sslmode=require"), byName] {
            try await withClient(url: url) { client in
                let rows = try await client.read("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                #expect(rows[0].bool(0))
                // More than one TLS record, both ways, from several tasks.
                let text = String(repeating: "0123456789", count: 20_000)
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<20 {
                        group.addTask { try await client.read("SELECT \(text)")[0].decode(String.self, 0) == text }
                    }
                    for try await isSame in group { #expect(isSame) }
                }
            }
        }
        // The certificate is not for this name.
        let mismatch = await kind {
            try await withClient(url: server.tcpURL(verified)) { try await $0.waitUntilReady() }
        }
        #expect(mismatch == .connection)
    }

    private func appendSetting(_ line: String, to server: TestServer) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: server.data + "/postgresql.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data((line + "\n").utf8))
        try file.close()
    }

    static let hasPgBouncer = (try? TestServer.run(["pgbouncer", "--version"])) != nil

    /// Transaction mode, with fewer server connections than the client has: statements of one client connection land
    /// on different sessions.
    @Test(.enabled(if: hasPgBouncer)) func pgBouncer() async throws {
        let server = try TestServer()
        let port = try TestServer.freePort()
        let settings = """
            [databases]
            postgres = host=\(server.folder) port=\(server.port) user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            pidfile = \(server.folder)/pgbouncer.pid
            logfile = \(server.folder)/pgbouncer.log
            """
        let file = server.folder + "/pgbouncer.ini"
        try settings.write(toFile: file, atomically: true, encoding: .utf8)
        try TestServer.run(["pgbouncer", "-d", file])
        let url = "postgres://postgres@127.0.0.1:\(port)/postgres?sslmode=disable"
        try await withClient(url: url, directURL: server.url) {
            $0.preparedStatements = false
        } _: { client in
            try await client.write("CREATE TABLE bounced (id int8 PRIMARY KEY, name text)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<32 {
                    group.addTask { try await bounce(task, client) }
                }
                try await group.waitForAll()
            }
            let stored = try await client.read("SELECT count(*) FROM bounced")[0].int64(0)
            #expect(stored == 32 * 20 * 2)
            // Session state and LISTEN go past the pooler.
            var events = client.listen(["bounced"]).makeAsyncIterator()
            #expect(await events.next() == .listening)
            try await client.write("SELECT pg_notify('bounced', 'hello')")
            #expect(await events.next() == .notification(.init(channel: "bounced", payload: "hello")))
            let setting = try await client.withConnection { connection in
                try await connection.query("SET application_name TO 'direct'")
                return try await connection.query("SELECT current_setting('application_name')")[0].string(0)
            }
            #expect(setting == "direct")
        }
    }

    private func bounce(_ task: Int, _ client: PostgresClient) async throws {
        for number in 0..<20 {
            let id = task * 1000 + number
            try await client.write("INSERT INTO bounced VALUES (\(id), \("n\(id)"))")
            let name = try await client.read("SELECT name FROM bounced WHERE id = \(id)")[0].string(0)
            #expect(name == "n\(id)")
            let failure = await kind { try await client.read("SELECT 1 / \(0)") }
            #expect(failure == .server(.divisionByZero))
            try await client.transaction { transaction in
                try await transaction.query("INSERT INTO bounced VALUES (\(id + 500), '')")
                let rows = try await transaction.query(["SELECT \(id)", "SELECT \("x")"])
                #expect(rows[0][0].int64(0) == Int64(id))
            }
        }
    }
}
