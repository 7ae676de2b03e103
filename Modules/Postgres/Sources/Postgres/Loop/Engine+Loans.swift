import CPostgres
import DequeModule

/// Connections on loan: one request at a time, in the order of the borrower.
extension Engine {
    func lend(_ connection: Connection, to request: Request) {
        lastLease += 1
        let loan = Loan(id: LeaseID(lastLease))
        connection.loan = loan
        loans[loan.id] = connection
        request.lease = loan.id
        answer(request)
    }

    func accept(_ request: Request, on lease: LeaseID) {
        guard let connection = loans[lease], let loan = connection.loan, !loan.isReleased else {
            return answer(request, .connection("the connection on loan is lost, or the loan is over"))
        }
        note(deadlineOf: request)
        if loan.current == nil, !loan.isInterrupting {
            start(request, loan, connection)
        } else {
            loan.waiting.append(request)
        }
    }

    private func start(_ request: Request, _ loan: Loan, _ connection: Connection) {
        loan.current = request
        loan.interruption = nil
        request.place = .sent
        if request.deadline != 0, request.deadline <= now {
            return endCurrent(loan, connection, .deadline(sent: false))
        }
        switch request.operation {
        case .statements(_, let begin):
            guard loan.mode == .pipeline else { return endCurrent(loan, connection, .busyCopying) }
            let opens = begin != nil && !loan.isInTransaction
            if begin != nil { loan.isInTransaction = true }
            send(group: request, on: connection, begin: opens ? begin : nil)
        case .finish(_, let commit):
            guard loan.mode == .pipeline else { return endCurrent(loan, connection, .busyCopying) }
            guard loan.isInTransaction else { return endCurrent(loan, connection) }
            send(command: commit ? "COMMIT" : "ROLLBACK", for: request, on: connection)
        case .simple, .copyIn, .copyOut:
            guard loan.mode == .pipeline else { return endCurrent(loan, connection, .busyCopying) }
            startSimple(request, loan, connection)
        case .copyData(_, let bytes): copy(bytes, loan, connection)
        case .copyEnd(_, let failure): endCopyIn(failure, loan, connection)
        case .copyRead: readCopy(loan, connection)
        case .read, .write, .lease, .ready, .reset: endCurrent(loan, connection)
        }
    }

    /// Sends a statement without values.
    private func send(command sql: String, for request: Request, on connection: Connection) {
        connection.pipeline.sent(.step(request, nil))
        let isTaken = connection.send(unnamed: sql)
        if connection.sync(request), isTaken { watch(connection) } else { lose(connection) }
    }

    /// The Sync of a loan's request was answered.
    func finishLoanRequest(_ request: Request, on connection: Connection) {
        guard let loan = connection.loan, loan.current === request else { return }
        switch request.operation {
        case .finish(_, let commit):
            loan.isInTransaction = false
            if commit, request.error == nil, request.rows?.commandTag == "ROLLBACK" { request.error = .rolledBack }
        case .reset:
            return finishReset(request, connection)
        default:
            break
        }
        endCurrent(loan, connection)
    }

    /// The current request is over; the next one may start.
    func endCurrent(_ loan: Loan, _ connection: Connection, _ error: PostgresError? = nil) {
        guard let current = loan.current else { return }
        if let error, current.error == nil { current.error = error }
        if loan.isInterrupting {
            // Until the server has heard the cancellation, it could hit the next statement.
            loan.isHeld = true
            return
        }
        if current.error?.sqlState == .queryCanceled, let reason = loan.interruption { current.error = reason }
        loan.current = nil
        loan.interruption = nil
        connection.stallTime = 0
        answer(current)
        startNext(loan, connection)
    }

    private func startNext(_ loan: Loan, _ connection: Connection) {
        while loan.current == nil, !loan.isInterrupting, let next = loan.waiting.popFirst() {
            if !next.isAnswered { start(next, loan, connection) }
        }
        if connections[connection.id] != nil { watch(connection) }
    }

    /// The server has heard a cancellation.
    func interrupted(_ id: ConnectionID) {
        guard let connection = connections[id], let loan = connection.loan else { return }
        loan.isInterrupting = false
        if loan.isHeld {
            loan.isHeld = false
            endCurrent(loan, connection)
        } else if loan.current == nil {
            startNext(loan, connection)
        }
    }

    /// The borrower is done.
    func release(_ lease: LeaseID, reset: Bool) {
        guard let connection = loans[lease], let loan = connection.loan else { return }
        loan.isReleased = true
        guard loan.current == nil, loan.waiting.isEmpty, !loan.isInterrupting, loan.mode == .pipeline else {
            // Something is still going on: no state to hand on to the next borrower.
            return discard(connection)
        }
        guard connection.isInTransaction || reset else { return takeBack(connection) }
        let request = Request(.reset)
        loan.current = request
        loan.needsReset = reset
        if connection.isInTransaction {
            send(command: "ROLLBACK", for: request, on: connection)
        } else {
            sendReset(request, connection)
        }
    }

    private func sendReset(_ request: Request, _ connection: Connection) {
        connection.loan?.needsReset = false
        // It also drops the prepared statements.
        connection.statements.removeAll()
        send(command: "DISCARD ALL", for: request, on: connection)
    }

    private func finishReset(_ request: Request, _ connection: Connection) {
        guard let loan = connection.loan, request.error == nil, !connection.isInTransaction else {
            return discard(connection)
        }
        if loan.needsReset { sendReset(request, connection) } else { takeBack(connection) }
    }

    private func takeBack(_ connection: Connection) {
        endLoan(connection)
        giveBack(connection)
    }

    private func discard(_ connection: Connection) {
        if let loan = connection.loan { endLoan(loan, of: connection) }
        if case .pool(let kind) = connection.role { pools[kind.rawValue].closed(connection.id) }
        close(connection)
    }

    private func endLoan(_ connection: Connection) {
        if let loan = connection.loan { loans[loan.id] = nil }
        connection.loan = nil
    }

    /// Answers the borrower of a connection that is gone.
    func endLoan(_ loan: Loan, of connection: Connection) {
        endLoan(connection)
        for request in loan.waiting { answer(request, .connection("the connection on loan is lost")) }
        guard let current = loan.current else { return }
        answer(current, loan.interruption ?? current.error ?? fate(of: current, in: loan))
    }

    /// Whether what was under way may have taken effect.
    private func fate(of request: Request, in loan: Loan) -> PostgresError {
        let rolledBack = PostgresError.connection("the connection broke, and its transaction was rolled back")
        switch request.operation {
        case .finish(_, let commit): return commit ? .unknownOutcome : rolledBack
        case .copyEnd(_, .none): return loan.isInTransaction ? rolledBack : .unknownOutcome
        case .copyIn, .copyData, .copyEnd, .copyOut, .copyRead: return rolledBack
        default: return loan.isInTransaction ? rolledBack : .unknownOutcome
        }
    }
}

extension PostgresError {
    fileprivate static var busyCopying: Self { .misuse("a COPY is under way on this connection") }

    fileprivate static var rolledBack: Self {
        .init(
            .server(.inFailedSQLTransaction),
            "the transaction was rolled back, because a statement in it had failed"
        )
    }
}
