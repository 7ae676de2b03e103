import Cutover
import Foundation
import Glibc
import Identity
import IdentityKV
import KernelTesting
import KeyValue
import Logging
import Messaging
import MessagingKV
import Postgres

/// The sample of the old store, which lies beside the repository.
enum Sample {
    static let folder = URL(filePath: #filePath).appending(path: "../../../../../../shared/kv-sample").standardized

    static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

    static var expected: [String: Any] {
        let data = try? Data(contentsOf: folder.appending(path: "expected.json"))
        return data.flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] } ?? [:]
    }

    /// A part of `expected.json`, by its path.
    static func part<Part>(_ path: String..., as type: Part.Type = Part.self) -> Part? {
        path.reduce(expected as Any?) { ($0 as? [String: Any])?[$1] } as? Part
    }
}

/// A Redis with the sample, for the length of a test.
func withSample<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (KeyValueClient) async throws -> Result
) async throws -> Result {
    let port = try freePort()
    let folder = FileManager.default.temporaryDirectory.appending(path: "kvsample-\(port)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = try start([
        "redis-server", "--bind", "127.0.0.1", "--port", "\(port)", "--dir", folder.path, "--save", "",
    ])
    // Not SIGTERM: the test process blocks it, and so do its children.
    defer { kill(server.processIdentifier, SIGKILL) }
    let url = "redis://127.0.0.1:\(port)"
    let client = try KeyValueClient(configuration: try KeyValueConfiguration(url: url), logger: Logger(label: "test"))
    try await eventually("Redis is up") { (try? await client.send(KeyValueCommand("PING"))) != nil }
    let loader = try start([
        "python3", Sample.folder.appending(path: "load_kv.py").path,
        Sample.folder.appending(path: "kv-sample.jsonl").path, url, "--flush", "--no-ttl",
    ])
    // Waiting for its exit would take one of the few threads that tasks run on.
    try await eventually(within: .seconds(60), "the sample is loaded") { !loader.isRunning }
    guard loader.terminationStatus == 0 else { throw POSIXError(.EIO) }
    do {
        let result = try await body(client)
        await client.shutDown()
        return result
    } catch {
        await client.shutDown()
        throw error
    }
}

private func start(_ command: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
}

private func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard isBound else { throw POSIXError(.EADDRINUSE) }
    return Int(UInt16(bigEndian: address.sin_port))
}

func withDatabase<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    try await withTestDatabase(modules: [IdentityModule(), MessagingModule(), CutoverModule()]) {
        try await body($0.client)
    }
}

let bothSets: [any BackfillDataSet] = [IdentityDataSet(), MessagesDataSet()]

/// Every row that a backfill writes, as one text per table.
func rows(in database: PostgresClient) async throws -> [String: String] {
    let tables = [
        "handles": "handle", "users": "username", "agents": "handle", "presence": "username", "messages": "id",
        "message_threads": "owner || ' ' || peer", "registration_counter": "only_row",
        "backfill_findings": "data_set || reason || source::text || place",
    ]
    var found: [String: String] = [:]
    for (table, key) in tables {
        // Of no meaning: the order of arrival, and which transaction wrote a row.
        let rows = try await database.read(
            PostgresQuery(
                sql: """
                    SELECT COALESCE(
                        string_agg(regexp_replace(to_json(t)::text, '"(ordinal|writer)":[0-9]+', ''), E'\\n' ORDER BY \(key)),
                        ''
                    )
                    FROM \(table) AS t
                    """
            )
        )
        found[table] = rows[0].string(0)
    }
    return found
}
