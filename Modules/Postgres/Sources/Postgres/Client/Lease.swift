/// A connection on loan from a loop.
struct Lease: Sendable {
    let id: LeaseID
    private let loop: Loop

    static func acquire(_ kind: LeaseKind, from driver: Driver, deadline: UInt64) async throws -> Lease {
        let request = Request(.lease(kind))
        request.deadline = deadline
        let loop = driver.nextLoop()
        try await loop.perform(request)
        return Lease(id: request.lease, loop: loop)
    }

    /// Runs a request that concerns this loan.
    ///
    /// - Parameter isCancellable: `false` for what must be done even in a cancelled task, such as ROLLBACK.
    func perform(_ request: Request, isCancellable: Bool = true) async throws {
        try await loop.perform(request, isCancellable: isCancellable)
    }

    /// Gives the connection back, without waiting.
    ///
    /// - Parameter reset: whether session state may have been left behind.
    func release(reset: Bool) {
        loop.inbox.post(.release(id, reset: reset))
    }

    /// Asks the server to end what the connection is running, without waiting.
    func cancel() {
        loop.inbox.post(.interrupt(id))
    }
}
