import DequeModule

/// What happens because time passes.
extension Engine {
    /// Milliseconds until there is something to do; −1 if there is nothing before somebody wakes the loop.
    func millisecondsToNextTimer(_ full: Inbox.Full) -> Int32 {
        // Requests that did not wake the loop must not miss their time.
        let limit: Int32 = full.reads || full.writes ? 20 : -1
        var next = min(nextDeadline, nextStall, listener.retryTime)
        for kind in PoolKind.allCases {
            if let expiry = lines[kind.rawValue].nextExpiry() { next = min(next, expiry) }
            let waiting = lines[kind.rawValue].count
            if let attempt = pools[kind.rawValue].nextAttempt(waiting: waiting) { next = min(next, attempt) }
        }
        for dial in dials.values { next = min(next, dial.deadline) }
        if next == .max { return limit }
        let time = MonotonicClock.now
        if next <= time { return 0 }
        // Rounded up, so as not to wake before it is time.
        let timeout = Int32(clamping: (next - time + 999_999) / 1_000_000)
        return limit < 0 ? timeout : min(timeout, limit)
    }

    func runTimers() {
        for index in lines.indices {
            guard let expiry = lines[index].nextExpiry(), expiry <= now else { continue }
            // What finds a connection now was not too late.
            if pools[index].hasRoom { continue }
            for request in lines[index].expired(now: now) {
                answer(request, .unavailable("no connection to the database became free in time"))
            }
        }
        if nextDeadline <= now { enforceDeadlines() }
        if nextStall <= now { endStalls() }
        if listener.retryTime <= now { dialListener() }
        if !dials.isEmpty {
            for (id, dial) in dials where dial.deadline <= now { dialFailed(id, "the server did not answer in time") }
        }
    }

    /// Looks at every request that waits for an answer. Rare: the time is that of the earliest deadline when last
    /// looked, and most requests are answered long before theirs.
    private func enforceDeadlines() {
        nextDeadline = .max
        for index in lines.indices {
            for request in Array(lines[index].requests) where !request.isAnswered {
                if request.deadline != 0, request.deadline <= now {
                    answer(request, .deadline(sent: false))
                } else {
                    note(deadlineOf: request)
                }
            }
        }
        for request in waitingForReady {
            if request.deadline <= now {
                answer(request, .connection(lastError ?? "the database did not answer in time"))
            } else {
                note(deadlineOf: request)
            }
        }
        waitingForReady.removeAll { $0.isAnswered }
        for connection in connections.all {
            if let loan = connection.loan {
                enforceDeadlines(of: loan, connection)
            } else {
                enforceDeadlines(of: connection)
            }
        }
    }

    /// On a shared connection the caller is let go; the statement runs on, since others stand behind it.
    private func enforceDeadlines(of connection: Connection) {
        for request in connection.pipeline.jobs where !request.isAnswered {
            if request.deadline != 0, request.deadline <= now {
                answer(request, .deadline(sent: true))
                if connection.stallTime == 0 { expectProgress(connection) }
            } else {
                note(deadlineOf: request)
            }
        }
    }

    private func enforceDeadlines(of loan: Loan, _ connection: Connection) {
        for request in loan.waiting where !request.isAnswered {
            if request.deadline != 0, request.deadline <= now {
                answer(request, .deadline(sent: false))
            } else {
                note(deadlineOf: request)
            }
        }
        guard let current = loan.current, current.deadline != 0, loan.interruption == nil else { return }
        if current.deadline <= now {
            interrupt(connection, because: .deadline(sent: true))
        } else {
            note(deadlineOf: current)
        }
    }

    /// How long a connection may stay silent after a deadline has passed, or the server was asked to cancel.
    private static let patience: UInt64 = 3_000_000_000

    func expectProgress(_ connection: Connection) {
        connection.stallTime = now &+ Self.patience
        nextStall = min(nextStall, connection.stallTime)
    }

    /// Gives up connections on which nothing comes any more, and asks the server to end what they run.
    private func endStalls() {
        nextStall = .max
        for connection in connections.all where connection.stallTime != 0 {
            if connection.stallTime <= now {
                requestCancel(connection)
                lose(connection)
            } else {
                nextStall = min(nextStall, connection.stallTime)
            }
        }
    }
}
