import Foundation

/// An installed Postgres server.
struct Installation: Sendable, Equatable {
    /// The major version, such as 15.
    var version: Int
    /// The folder of `postgres`, `initdb` and `psql`.
    var programs: String

    func program(_ name: String) -> String { programs + "/" + name }

    /// The installation that can read `data`'s version, or the newest when there is no data yet. Debian keeps each major
    /// version in a folder of its own; elsewhere `PATH` decides.
    static func find(forDataOf dataVersion: Int?, folder: String) async throws(PrivatePostgresError) -> Installation {
        var found = debian()
        if found.isEmpty { found = try await onPath() }
        guard let newest = found.max(by: { $0.version < $1.version }) else { throw .notInstalled }
        guard let dataVersion else { return newest }
        guard let match = found.first(where: { $0.version == dataVersion }) else {
            throw .differentVersion(data: dataVersion, installed: newest.version, folder: folder)
        }
        return match
    }

    private static func debian() -> [Installation] {
        let root = "/usr/lib/postgresql"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return names.compactMap { name in
            Int(name).map { Installation(version: $0, programs: "\(root)/\(name)/bin") }
        }.filter { FileManager.default.isExecutableFile(atPath: $0.program("postgres")) }
    }

    private static func onPath() async throws(PrivatePostgresError) -> [Installation] {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in folders where FileManager.default.isExecutableFile(atPath: folder + "/postgres") {
            // "postgres (PostgreSQL) 15.18 (Debian 15.18-0)"
            let answer = try await ChildProcess.run([folder + "/postgres", "--version"], environment: [:])
            let words = answer.output.split(separator: " ")
            if words.count > 2, let version = Int(words[2].prefix(while: \.isNumber)) {
                return [Installation(version: version, programs: folder)]
            }
        }
        return []
    }
}
