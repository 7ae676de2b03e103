/// Sending: from the waiting lines to the connections.
extension Engine {
    /// Sends what finds a place, and makes connections for what does not.
    func dispatch() {
        for kind in PoolKind.allCases {
            while let request = lines[kind.rawValue].first() {
                guard let id = pools[kind.rawValue].take(), let connection = connections[id] else { break }
                lines[kind.rawValue].removeFirst()
                if request.arrival != now { metrics.waited(now - request.arrival) }
                request.place = .sent
                switch kind {
                case .reads: send(read: request, on: connection)
                case .writes: send(group: request, on: connection)
                case .leases, .directLeases: lend(connection, to: request)
                }
            }
            makeMissingConnections(kind)
        }
        closeBatches()
    }

    /// Sends a read; the Sync follows when the turn's other reads are sent too.
    private func send(read request: Request, on connection: Connection) {
        let query = request.query
        // One that its neighbours have aborted before goes alone.
        let isAlone = request.aborts >= 2
        if isAlone, connection.isBatchOpen, !connection.sync(nil) { return resend(request, after: connection) }
        var statement: PreparedStatement?
        if configuration.preparedStatements {
            guard let prepared = prepare(query, on: connection) else { return resend(request, after: connection) }
            statement = prepared
        }
        connection.pipeline.sent(.read(request, statement))
        if !connection.isBatchOpen {
            connection.isBatchOpen = true
            openBatches.append(connection)
        }
        let isTaken = send(query, as: statement, on: connection) && (!isAlone || connection.sync(nil))
        if !isTaken { lose(connection) }
    }

    private func resend(_ request: Request, after connection: Connection) {
        lose(connection)
        again(request)
    }

    private func closeBatches() {
        guard !openBatches.isEmpty else { return }
        for connection in openBatches where connection.isBatchOpen {
            if connection.sync(nil) { watch(connection) } else { lose(connection) }
        }
        openBatches.removeAll(keepingCapacity: true)
    }

    /// Sends the statements of a request under a Sync of their own.
    func send(group request: Request, on connection: Connection, begin: String? = nil) {
        var prepared: [PreparedStatement] = []
        var isTaken = true
        // All are prepared first: a PREPARE needs a Sync of its own.
        if configuration.preparedStatements {
            prepared.reserveCapacity(request.statementCount)
            for index in 0..<request.statementCount where isTaken {
                if let statement = prepare(request.statement(index), on: connection) {
                    prepared.append(statement)
                } else {
                    isTaken = false
                }
            }
        }
        if isTaken, let begin {
            connection.pipeline.sent(.begin(request))
            isTaken = connection.send(unnamed: begin)
        }
        for index in 0..<request.statementCount where isTaken {
            let statement = configuration.preparedStatements ? prepared[index] : nil
            connection.pipeline.sent(.step(request, statement))
            isTaken = send(request.statement(index), as: statement, on: connection)
        }
        // Also if libpq did not take everything: the Sync is what names the request in the pipeline.
        isTaken = connection.sync(request) && isTaken
        if isTaken { watch(connection) } else { lose(connection) }
    }

    private func send(_ query: PostgresQuery, as statement: PreparedStatement?, on connection: Connection) -> Bool {
        scratch.fill(query.parameters) {
            if let statement {
                connection.send(statement, values: scratch, count: query.parameters.count)
            } else {
                connection.send(unnamed: query.sql, values: scratch, count: query.parameters.count)
            }
        }
    }

    /// The statement's name on a connection, which is asked to prepare it if it does not know it.
    ///
    /// - Returns: `nil` if the connection is broken.
    private func prepare(_ query: PostgresQuery, on connection: Connection) -> PreparedStatement? {
        let key = StatementKey(sql: query.sql, signature: query.parameters.signature)
        if let known = connection.statements.find(key) { return known }
        if connection.isBatchOpen, !connection.sync(nil) { return nil }
        let (added, dropped) = connection.statements.add(key)
        if let dropped {
            connection.pipeline.sent(.aside)
            let isTaken =
                connection.send(unnamed: "DEALLOCATE \(String(cString: dropped.name))") && connection.sync(nil)
            if !isTaken { return nil }
        }
        let isTaken = scratch.fill(query.parameters) {
            connection.send(prepare: added, types: scratch, count: query.parameters.count)
        }
        return isTaken && connection.sync(nil) ? added : nil
    }

    /// Has the poller watch a connection for what it waits for.
    func watch(_ connection: Connection) {
        // The data of a COPY waits in the socket until somebody asks for it.
        let read = connection.loan.map { $0.mode != .copyOut || $0.current != nil } ?? true
        connection.watch(poller, read: read, write: connection.wantsToWrite)
    }
}
