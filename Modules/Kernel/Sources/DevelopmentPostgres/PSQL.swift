/// SQL through `psql`, for the few statements that set a server up: this library stands below any database client.
struct PSQL: Sendable {
    let program: String

    /// Runs the statements one by one and returns the rows of all, one per line, columns separated by `|`.
    func run(_ statements: [String], url: String) async throws(PrivatePostgresError) -> String {
        let flags = [
            "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--dbname=\(url)",
        ]
        let result = try await ChildProcess.run(
            [program] + flags + statements.flatMap { ["--command", $0] },
            environment: Account.environment
        )
        guard result.status == 0 else {
            throw .statementFailed(reason: result.errors.split(separator: "\n").first.map(String.init) ?? "psql failed")
        }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    }

    static func identifier(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
