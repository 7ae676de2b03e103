import CPostgres
import Logging

/// Receiving: from the connections to the callers.
extension Engine {
    func handle(_ event: Poller.Event, on connection: Connection) {
        if connection.isConnecting { return advance(connection) }
        if event.isWritable, connection.wantsToWrite {
            guard connection.flush() else { return lose(connection) }
            watch(connection)
            if let loan = connection.loan, loan.mode == .copyIn { continueCopyIn(loan, connection) }
        }
        if event.isReadable { receive(connection) }
    }

    private func receive(_ connection: Connection) {
        let isAlive = connection.consume()
        // What arrived before the end still counts.
        if case .listener = connection.role {
            receiveNotifications(connection)
        } else if let loan = connection.loan, loan.mode != .pipeline {
            receiveOutsidePipeline(loan, connection)
        } else {
            receivePipeline(connection)
        }
        guard connections[connection.id] != nil else { return }
        guard isAlive, !connection.isBroken else { return lose(connection) }
        if connection.wantsToWrite {
            // libpq's advice: read, then try to write again.
            guard connection.flush() else { return lose(connection) }
            watch(connection)
        }
    }

    private func receivePipeline(_ connection: Connection) {
        // With nothing in flight, this lets libpq take in notices.
        var isBusy = connection.isBusy
        var wasNull = false
        while !isBusy, !connection.pipeline.isEmpty {
            if let result = PQgetResult(connection.pg) {
                wasNull = false
                connection.stallTime = 0
                guard take(result, from: connection) else { return lose(connection) }
                guard connections[connection.id] != nil else { return }
            } else if wasNull {
                // One ends each statement's results; two in a row mean that nothing more will come.
                return
            } else {
                wasNull = true
            }
            isBusy = connection.isBusy
        }
    }

    /// - Returns: `false` if the connection is of no more use.
    private func take(_ result: OpaquePointer, from connection: Connection) -> Bool {
        let status = PQresultStatus(result)
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            switch connection.pipeline.received(.success) {
            case .answer(let request):
                giveBack(connection)
                if request.isAnswered {
                    PQclear(result)
                } else {
                    request.rows = PostgresRows(owning: result)
                    answer(request)
                }
            case .keep(let request):
                if request.isAnswered { PQclear(result) } else { request.keep(PostgresRows(owning: result)) }
            case .violation:
                PQclear(result)
                return false
            default:
                PQclear(result)
            }
            return true
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            switch connection.pipeline.received(.sync) {
            case .finish(let request): finish(request, on: connection)
            case .violation: return false
            default: break
            }
            return true
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            switch connection.pipeline.received(.aborted) {
            case .again(let request):
                giveBack(connection)
                request.aborts &+= 1
                again(request)
            case .violation: return false
            default: break
            }
            return true
        default:
            defer { PQclear(result) }
            return takeFailure(result, status, from: connection)
        }
    }

    private func takeFailure(_ result: OpaquePointer, _ status: ExecStatusType, from connection: Connection) -> Bool {
        let isCopy = status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH
        let message = isCopy ? nil : ServerMessage(result)
        let error =
            message.map { PostgresError(server: $0) }
            ?? (isCopy ? .misuse("COPY needs copyIn or copyOut of a leased connection") : nil)
        // The server ends the connection, or libpq lost it: what is in flight shares one fate, this one too.
        let isFatal = message?.isFatal ?? true
        if isFatal { lastError = error?.description ?? connection.errorMessage }
        switch connection.pipeline.received(.failure) {
        case .refuse(let request, let statement):
            giveBack(connection)
            if isCopy, let error {
                answer(request, error)
            } else if let message, let error, !isFatal {
                refuse(request, message, error, statement, on: connection)
            } else {
                request.losses &+= 1
                again(request)
            }
        case .again(let request):
            giveBack(connection)
            again(request)
        case .note(let request, let statement):
            if isFatal, !isCopy { return false }
            if let error { note(error, message, for: request, statement, on: connection) }
        case .unprepared(let statement):
            statement.refusal = error
            connection.statements.forget(statement)
        default:
            break
        }
        return !isFatal
    }

    private func refuse(
        _ request: Request,
        _ message: ServerMessage,
        _ error: PostgresError,
        _ statement: PreparedStatement?,
        on connection: Connection
    ) {
        guard message.isStaleStatement, let statement else { return answer(request, error) }
        if let refusal = statement.refusal { return answer(request, refusal) }
        connection.statements.forget(statement)
        if request.wasStale { return answer(request, error) }
        request.wasStale = true
        again(request)
    }

    /// Keeps the first error of a group until its Sync.
    private func note(
        _ error: PostgresError,
        _ message: ServerMessage?,
        for request: Request,
        _ statement: PreparedStatement?,
        on connection: Connection
    ) {
        var error = error
        if let message, message.isStaleStatement, let statement {
            connection.statements.forget(statement)
            if let refusal = statement.refusal {
                error = refusal
            } else if !request.isAnswered {
                request.isStale = true
            }
        }
        if !request.isAnswered, request.error == nil { request.error = error }
    }

    /// A group's Sync was answered.
    private func finish(_ request: Request, on connection: Connection) {
        if connection.loan != nil { return finishLoanRequest(request, on: connection) }
        giveBack(connection)
        if request.isStale, !request.wasStale, !request.isAnswered {
            // It failed before anything of it ran, and the whole group was rolled back.
            request.prepareToRepeat()
            request.place = .waiting(.writes)
            return lines[PoolKind.writes.rawValue].prepend(request)
        }
        answer(request)
    }

    func giveBack(_ connection: Connection) {
        if case .pool(let kind) = connection.role { pools[kind.rawValue].give(back: connection.id) }
    }

    /// Sends a read that did not run, or whose answer was lost, once more.
    func again(_ request: Request) {
        if request.isAnswered { return }
        if isStopping { return answer(request, .closed) }
        if request.losses >= 3 { return answer(request, .connection("connections broke three times under a read")) }
        request.place = .waiting(.reads)
        lines[PoolKind.reads.rawValue].prepend(request)
    }

    /// Gives up a connection that is broken, and decides the fate of what was in flight on it.
    func lose(_ connection: Connection) {
        guard connections[connection.id] != nil else { return }
        let reason = connection.errorMessage
        if !reason.isEmpty { lastError = reason }
        logger.warning("lost a Postgres connection", metadata: ["reason": "\(reason)"])
        metrics.lostConnection()
        let (reads, others) = connection.pipeline.lost()
        for request in reads.reversed() {
            request.losses &+= 1
            again(request)
        }
        if let loan = connection.loan {
            endLoan(loan, of: connection)
        } else {
            for request in others { answer(request, request.error ?? .unknownOutcome) }
        }
        switch connection.role {
        case .pool(let kind): pools[kind.rawValue].lost(connection.id, now: now, chance: .random(in: 0...1))
        case .listener: listenerLost()
        }
        close(connection)
    }

    /// Closes a connection without further ado.
    func close(_ connection: Connection) {
        connection.isBatchOpen = false
        connection.unwatch(poller)
        connections.remove(connection.id)
    }
}

extension PostgresError {
    init(server message: ServerMessage) {
        self.init(.server(message.sqlState), "", server: message)
    }
}
