/// Waits until `condition` holds, looking again every 5 ms: the way to wait for what another task or process does.
///
///     try await eventually { try await service.client.get("/readyz").status == 200 }
///
/// An error that `condition` throws counts as "not yet", as a refused connection does while a server starts.
/// - Parameters:
///   - limit: how long at most. Generous, because it is only ever used up by a failing test.
///   - what: what is waited for, in the words of the error.
/// - Throws: ``DidNotHappen`` at the deadline.
public nonisolated(nonsending) func eventually(
    within limit: Duration = .seconds(10),
    _ what: String = "the condition",
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    var lastError: (any Error)?
    while true {
        do {
            if try await condition() { return }
            lastError = nil
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            lastError = error
        }
        guard ContinuousClock.now < deadline else { throw DidNotHappen(what: what, limit: limit, lastError: lastError) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Something did not come true in time.
public struct DidNotHappen: Error, CustomStringConvertible {
    public let what: String
    public let limit: Duration
    /// What the last look threw, if it did.
    public let lastError: (any Error)?

    public var description: String {
        "\(what) did not happen within \(limit)" + (lastError.map { "; the last error: \($0)" } ?? "")
    }
}
