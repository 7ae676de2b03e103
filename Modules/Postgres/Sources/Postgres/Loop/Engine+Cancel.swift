import CPostgres

/// Giving up: callers that have gone, and statements that are to stop.
extension Engine {
    /// The calling task was cancelled.
    func cancel(_ request: Request) {
        request.isCancelled = true
        // One that has not arrived yet is answered when it does.
        guard request.arrival != 0, !request.isAnswered else { return }
        switch request.operation {
        case .read, .write, .lease, .ready:
            // On a shared connection the answer is dropped when it comes.
            answer(request, .cancelled)
        case .copyData(let lease, _):
            // The bytes are libpq's already; the caller's copyEnd follows.
            if let loan = loans[lease]?.loan, loan.current === request { loan.current = nil }
            answer(request, .cancelled)
        case .statements(let lease, _), .finish(let lease, _), .simple(let lease), .copyIn(let lease),
            .copyEnd(let lease, _), .copyOut(let lease), .copyRead(let lease):
            if let connection = loans[lease], connection.loan?.current === request {
                interrupt(connection, because: .cancelled)
            } else {
                answer(request, .cancelled)
            }
        case .reset:
            break
        }
    }

    /// Asks the server to end what a leased connection runs.
    ///
    /// - Parameter reason: what the caller is told then; `nil`: what the server says.
    func interrupt(_ connection: Connection, because reason: PostgresError?) {
        guard let loan = connection.loan, loan.current != nil else { return }
        if loan.interruption == nil { loan.interruption = reason }
        guard !loan.isInterrupting else { return }
        loan.isInterrupting = true
        expectProgress(connection)
        let id = connection.id
        requestCancel(connection) { [inbox] in inbox.post(.interrupted(id)) }
    }

    /// Has a helper thread ask the server, which takes a connection of its own: libpq 15 can only do it by blocking.
    func requestCancel(_ connection: Connection, then done: @escaping @Sendable () -> Void = {}) {
        let ticket = CancelTicket(pg: PQgetCancel(connection.pg))
        Helper.spawn {
            ticket.use()
            done()
        }
    }
}

/// libpq's right to cancel what a connection runs.
///
/// `@unchecked Sendable`: a `PGcancel` is a copy of the address and the key, made for use by another thread
/// (libpq's manual, "Canceling Queries in Progress"); the helper thread is the only one to use it.
private struct CancelTicket: @unchecked Sendable {
    let pg: OpaquePointer?

    /// Asks the server and waits until it has heard.
    func use() {
        guard let pg else { return }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            _ = PQcancel(pg, buffer.baseAddress, Int32(buffer.count))
        }
        PQfreeCancel(pg)
    }
}
