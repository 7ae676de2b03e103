import CPostgres

/// The simple protocol and COPY, which pipeline mode does not allow: leased connections leave it for as long.
extension Engine {
    func startSimple(_ request: Request, _ loan: Loan, _ connection: Connection) {
        loan.mode = .simple
        guard connection.exitPipelineMode(), connection.send(simple: request.query.sql), connection.flush() else {
            return lose(connection)
        }
        watch(connection)
    }

    func receiveOutsidePipeline(_ loan: Loan, _ connection: Connection) {
        switch loan.mode {
        case .simple: receiveSimple(loan, connection)
        case .copyOut: readCopy(loan, connection)
        // The server's word comes after the data.
        case .copyIn, .pipeline: break
        }
    }

    private func receiveSimple(_ loan: Loan, _ connection: Connection) {
        while loan.mode == .simple, !connection.isBusy {
            guard let result = PQgetResult(connection.pg) else { return endSimple(loan, connection) }
            connection.stallTime = 0
            let status = PQresultStatus(result)
            let current = loan.current
            switch (status, current?.operation) {
            case (PGRES_TUPLES_OK, _), (PGRES_COMMAND_OK, _), (PGRES_EMPTY_QUERY, _):
                current?.keep(PostgresRows(owning: result))
                continue
            case (PGRES_COPY_IN, .copyIn):
                loan.mode = .copyIn
                endCurrent(loan, connection)
            case (PGRES_COPY_OUT, .copyOut):
                loan.mode = .copyOut
                endCurrent(loan, connection)
            case (PGRES_COPY_IN, _), (PGRES_COPY_OUT, _), (PGRES_COPY_BOTH, _):
                current?.error = .misuse("this COPY needs the other of copyIn and copyOut")
                PQclear(result)
                return lose(connection)
            default:
                // If the server ends the connection, it is that which decides the fate of the request.
                if let message = ServerMessage(result), !message.isFatal, current?.error == nil {
                    current?.error = PostgresError(server: message)
                }
            }
            PQclear(result)
        }
    }

    /// No more results: back to pipeline mode.
    private func endSimple(_ loan: Loan, _ connection: Connection) {
        guard !connection.isBroken, connection.enterPipelineMode() else { return lose(connection) }
        loan.mode = .pipeline
        var error: PostgresError?
        if case .copyIn? = loan.current?.operation { error = .misuse("the statement is no COPY … FROM STDIN") }
        if case .copyOut? = loan.current?.operation { error = .misuse("the statement is no COPY … TO STDOUT") }
        endCurrent(loan, connection, error)
    }

    // MARK: COPY … FROM STDIN

    func copy(_ bytes: [UInt8], _ loan: Loan, _ connection: Connection) {
        guard loan.mode == .copyIn else { return endCurrent(loan, connection, .misuse("no COPY is under way")) }
        // libpq makes room for any amount; the next chunk waits until this one is written.
        let result = bytes.withUnsafeBytes { raw in
            PQputCopyData(connection.pg, raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count))
        }
        guard result == 1, connection.flush() else { return lose(connection) }
        continueCopyIn(loan, connection)
    }

    /// Lets the caller go on once everything is written.
    func continueCopyIn(_ loan: Loan, _ connection: Connection) {
        watch(connection)
        if !connection.wantsToWrite, case .copyData? = loan.current?.operation { endCurrent(loan, connection) }
    }

    func endCopyIn(_ failure: String?, _ loan: Loan, _ connection: Connection) {
        guard loan.mode == .copyIn else { return endCurrent(loan, connection, .misuse("no COPY is under way")) }
        loan.mode = .simple
        guard PQputCopyEnd(connection.pg, failure) == 1, connection.flush() else { return lose(connection) }
        watch(connection)
        // If the server gave up in the middle of the data, its word is here already.
        receiveSimple(loan, connection)
    }

    // MARK: COPY … TO STDOUT

    /// Bytes handed over at once, about.
    private static let copyChunkSize = 64 * 1024

    /// Hands over what has arrived, if somebody asks for it.
    func readCopy(_ loan: Loan, _ connection: Connection) {
        guard let current = loan.current, case .copyRead = current.operation else { return }
        guard loan.mode == .copyOut else {
            // The end was reached before.
            if loan.mode == .pipeline { endCurrent(loan, connection) }
            return
        }
        var chunk: [UInt8] = []
        while chunk.count < Self.copyChunkSize {
            var row: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(connection.pg, &row, 1)
            if count == 0 { break }
            if count < 0 {
                // The end, or an error: the results tell, once the caller has asked for more than this chunk.
                if chunk.isEmpty { loan.mode = .simple }
                break
            }
            if let row {
                chunk.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(count)))
                PQfreemem(row)
            }
        }
        connection.stallTime = 0
        if !chunk.isEmpty {
            current.bytes = chunk
            endCurrent(loan, connection)
        } else {
            // Nobody had asked for a while, so the socket may not be watched; the results may still be on their way.
            watch(connection)
            if loan.mode == .simple { receiveSimple(loan, connection) }
        }
    }
}
