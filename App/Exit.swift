import ArgumentParser
import DevelopmentPostgres
import Foundation
import Kernel
import Postgres
import ServiceSettings

/// Ends a command with one clear line and an exit code that means something.
enum Exit {
    static let unavailable = ExitCode(69)
    static let configuration = ExitCode(78)

    static func withOneLine(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ExitCode {
            throw error
        } catch let error as ValidationError {
            throw error
        } catch {
            FileHandle.standardError.write(Data("vibe: \(error)\n".utf8))
            throw code(for: error)
        }
    }

    private static func code(for error: any Error) -> ExitCode {
        switch error {
        case is SettingsError: configuration
        case is PrivatePostgresError: unavailable
        case let error as PostgresError where error.kind == .configuration: configuration
        case is PostgresError: unavailable
        case let error as StartFailure: ExitCode(error.code)
        default: .failure
        }
    }
}
