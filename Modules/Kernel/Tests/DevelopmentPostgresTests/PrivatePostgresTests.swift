import Foundation
import Glibc
import Logging
import Testing

@testable import DevelopmentPostgres

/// The private server of `vibe serve`: start, adoption, end, faults.
@Suite struct PrivatePostgresTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let options = PrivatePostgres.Options(durable: false)

    private func ask(_ postgres: PrivatePostgres, _ statement: String) async throws -> String {
        let installation = try await Installation.find(forDataOf: nil, folder: "")
        return try await PSQL(program: installation.program("psql")).run([statement], url: postgres.url)
    }

    @Test func startsAdoptsAndTheLastUserStopsIt() async throws {
        try await withFolder { folder in
            let first = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            #expect(first.wasStarted)
            #expect(try await ask(first, "SELECT current_database(), current_setting('timezone')") == "vibe|UTC")
            #expect(try await ask(first, "SHOW server_encoding") == "UTF8")
            #expect(try await ask(first, "SHOW lc_collate") == "C.UTF-8")
            #expect(try await ask(first, "SHOW listen_addresses") == "")

            let second = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            #expect(!second.wasStarted)
            #expect(second.url == first.url)

            try await first.stop()
            #expect(try await ask(second, "SELECT 1") == "1")
            try await second.stop()
            try await second.stop()
            #expect(PostmasterFile(data: second.folder.path + "/data") == nil)
            await #expect(throws: PrivatePostgresError.self) { try await ask(second, "SELECT 1") }
        }
    }

    @Test func simultaneousStartsShareOneServer() async throws {
        try await withFolder { folder in
            let all = try await withThrowingTaskGroup(of: PrivatePostgres.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await PrivatePostgres.start(folder: folder, options: options, logger: logger) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(all.filter(\.wasStarted).count == 1)
            for postgres in all { try await postgres.stop() }
        }
    }

    @Test func keepsItsDataAndAnotherDatabaseIsAdded() async throws {
        try await withFolder { folder in
            let first = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            _ = try await ask(first, "CREATE TABLE kept AS SELECT 42 AS answer")
            try await first.stop(mode: .immediate)
            let second = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            #expect(second.wasStarted)
            #expect(try await ask(second, "SELECT answer FROM kept") == "42")
            let other = PrivatePostgres.Options(database: "it's \"another\"", durable: false)
            let third = try await PrivatePostgres.start(folder: folder, options: other, logger: logger)
            #expect(try await ask(third, "SELECT current_database()") == "it's \"another\"")
            try await third.stop()
            try await second.stop()
        }
    }

    @Test func recoversFromACrashWithItsSessionsStillThere() async throws {
        try await withFolder { folder in
            let first = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            async let sleeper: String = ask(first, "SELECT pg_sleep(1)")
            try await poll {
                try await ask(first, "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'") == "1"
            }
            let server = try #require(PostmasterFile(data: first.folder.path + "/data"))
            server.send(SIGKILL)
            let second = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            #expect(second.wasStarted)
            #expect(try await ask(second, "SELECT 1") == "1")
            _ = try? await sleeper
            try await first.stop()
            try await second.stop()
        }
    }

    @Test func aPathTooLongForASocketGetsAShortOne() async throws {
        try await withFolder { folder in
            let long = folder.appending(path: String(repeating: "long/", count: 25))
            let postgres = try await PrivatePostgres.start(folder: long, options: options, logger: logger)
            #expect(postgres.url.contains("host=/tmp/vibe-"))
            #expect(postgres.folder.path.hasPrefix(folder.path))
            #expect(try await ask(postgres, "SELECT 1") == "1")
            try await postgres.stop()
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func aFolderTheServerCannotEnterGetsASystemFolder() async throws {
        try await withFolder { folder in
            chmod(folder.path, 0o700)
            let wished = folder.appending(path: "clone/.vibe/postgres")
            let first = try await PrivatePostgres.start(folder: wished, options: options, logger: logger)
            #expect(first.folder.path.hasPrefix("/var/lib/vibe/"))
            let pointer = try String(contentsOf: wished.appending(path: "location"), encoding: .utf8)
            #expect(pointer == first.folder.path + "\n")
            _ = try await ask(first, "CREATE TABLE kept (id int)")
            try await first.stop()

            // A clone that has moved finds its data again.
            let moved = folder.appending(path: "moved")
            try FileManager.default.moveItem(at: folder.appending(path: "clone"), to: moved)
            let second = try await PrivatePostgres.start(
                folder: moved.appending(path: ".vibe/postgres"),
                options: options,
                logger: logger
            )
            #expect(second.folder == first.folder)
            #expect(try await ask(second, "SELECT count(*) FROM kept") == "0")
            try await second.stop()
            try FileManager.default.removeItem(at: first.folder)
        }
    }

    @Test func onlyItsUserEntersTheFolders() async throws {
        try await withFolder { folder in
            let postgres = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            let account = try Account.forServer()
            for name in ["data", "sockets"] {
                var status = stat()
                #expect(stat(postgres.folder.path + "/" + name, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o700 && status.st_uid == account.uid)
            }
            try await postgres.stop()
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func aFolderMadeByAnotherUserIsRefused() async throws {
        try await withFolder { folder in
            let account = try Account.forServer()
            let open = folder.path + "/open"
            #expect(mkdir(open, 0o777) == 0 && chmod(open, 0o777) == 0)
            #expect(throws: PrivatePostgresError.untrustedFolder(path: open)) {
                try Home.makePrivateFolder(open, owner: account)
            }
            let foreign = folder.path + "/foreign"
            #expect(mkdir(foreign, 0o700) == 0 && chown(foreign, 54_321, 54_321) == 0)
            #expect(throws: PrivatePostgresError.untrustedFolder(path: foreign)) {
                try Home.makePrivateFolder(foreign, owner: account)
            }
            let link = folder.path + "/link"
            #expect(symlink(folder.path, link) == 0)
            #expect(throws: PrivatePostgresError.untrustedFolder(path: link)) {
                try Home.makePrivateFolder(link, owner: account)
            }
        }
    }

    @Test func dataOfAnotherVersionIsOneClearError() async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "data"),
                withIntermediateDirectories: true
            )
            try Data("9\n".utf8).write(to: folder.appending(path: "data/PG_VERSION"))
            let error = await #expect(throws: PrivatePostgresError.self) {
                try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            }
            #expect(error?.description.contains("install postgresql-9") == true)
        }
    }

    @Test func aTakenPortAndABadSettingAreOneClearLine() async throws {
        try await withFolder { folder in
            let port = try LoopbackPort.free()
            let first = try await TemporaryPostgres.start(options: .init(durable: false, tcpPort: port))
            await #expect(throws: PrivatePostgresError.portTaken(port)) {
                try await PrivatePostgres.start(
                    folder: folder,
                    options: .init(durable: false, tcpPort: port),
                    logger: logger
                )
            }
            await first.remove()
            let error = await #expect(throws: PrivatePostgresError.self) {
                try await PrivatePostgres.start(
                    folder: folder,
                    options: .init(durable: false, settings: ["shared_bufers": "1"]),
                    logger: logger
                )
            }
            #expect(error?.description.contains("shared_bufers") == true)
            #expect(error?.description.contains("\n") == false)
            // After the refusals the same folder still works.
            let last = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            try await last.stop()
        }
    }

    @Test func theLogHoldsNoTexts() async throws {
        try await withFolder { folder in
            let postgres = try await PrivatePostgres.start(folder: folder, options: options, logger: logger)
            await #expect(throws: PrivatePostgresError.self) { try await ask(postgres, "SELECT 'a secret'::int") }
            try await postgres.stop()
            let log = try String(contentsOf: postgres.folder.appending(path: "server.log"), encoding: .utf8)
            #expect(log.contains("ready to accept connections"))
            #expect(!log.contains("secret"))
        }
    }
}
