import CPostgres
import Logging

/// A connection that is being made.
struct Dial {
    let role: Connection.Role
    let deadline: UInt64
}

/// Making connections.
extension Engine {
    func makeMissingConnections(_ kind: PoolKind) {
        let missing = pools[kind.rawValue].missing(waiting: lines[kind.rawValue].count, now: now)
        guard missing > 0, !isStopping || !loans.isEmpty || lines[kind.rawValue].count > 0 else { return }
        for _ in 0..<missing {
            pools[kind.rawValue].began()
            let url = kind == .directLeases ? configuration.directURL ?? configuration.url : configuration.url
            dial(.pool(kind), url)
        }
    }

    /// Begins to connect, on a helper thread: looking up a host's name blocks.
    func dial(_ role: Connection.Role, _ url: String) {
        let id = connections.reserve()
        dials[id] = Dial(role: role, deadline: now &+ configuration.connectTimeout.nanoseconds)
        let parameters = ConnectionParameters(url: url, configuration: configuration)
        Helper.spawn { [inbox] in
            let handle = parameters.dial()
            if !inbox.post(.dialled(id, handle)) { handle.discard() }
        }
    }

    func dialled(_ id: ConnectionID, _ handle: ConnectionHandle) {
        guard let dial = dials[id], let pg = handle.pg else {
            // Its time was up.
            handle.discard()
            if dials[id] != nil { dialFailed(id, "out of memory") }
            return
        }
        let limit = configuration.preparedStatementLimit
        let connection = Connection(id: id, role: dial.role, pg: pg, statementLimit: limit)
        connections.insert(connection)
        if connection.isBroken { return dialFailed(id, connection.errorMessage) }
        // libpq's manual: begin as if PQconnectPoll had asked to write.
        connection.watch(poller, read: false, write: true)
    }

    /// Takes a connection that is being made one step further.
    func advance(_ connection: Connection) {
        switch PQconnectPoll(connection.pg) {
        case PGRES_POLLING_READING: connection.watch(poller, read: true, write: false)
        case PGRES_POLLING_WRITING: connection.watch(poller, read: false, write: true)
        case PGRES_POLLING_OK: connected(connection)
        default: dialFailed(connection.id, connection.errorMessage)
        }
    }

    private func connected(_ connection: Connection) {
        dials[connection.id] = nil
        connection.connected()
        connection.watch(poller, read: true, write: false)
        lastError = nil
        metrics.connected()
        switch connection.role {
        case .listener:
            listenerConnected(connection)
        case .pool(let kind):
            guard connection.enterPipelineMode() else { return lose(connection) }
            if pools[kind.rawValue].isFailing { logger.info("connected to Postgres") }
            pools[kind.rawValue].opened(connection.id)
            if kind == .reads {
                guard makeReadOnly(connection) else { return lose(connection) }
                for request in waitingForReady { answer(request) }
                waitingForReady = []
            }
        }
    }

    /// A read may run twice; so the server refuses what is wrongly declared one (SQLSTATE 25006). A pooler has no
    /// sessions to set.
    private func makeReadOnly(_ connection: Connection) -> Bool {
        guard configuration.preparedStatements else { return true }
        connection.pipeline.sent(.aside)
        return connection.send(unnamed: "SET default_transaction_read_only = on") && connection.sync(nil)
    }

    func dialFailed(_ id: ConnectionID, _ reason: String) {
        guard let dial = dials.removeValue(forKey: id) else { return }
        if let connection = connections[id] { close(connection) } else { connections.remove(id) }
        lastError = reason
        metrics.failedToConnect()
        let chance = Double.random(in: 0...1)
        switch dial.role {
        case .listener:
            listenerLost()
        case .pool(let kind):
            if !pools[kind.rawValue].isFailing {
                logger.warning("cannot connect to Postgres", metadata: ["reason": "\(reason)"])
            }
            pools[kind.rawValue].failed(now: now, chance: chance)
            if Self.isHopeless(reason) {
                for request in waitingForReady { answer(request, .connection(reason)) }
                waitingForReady = []
            }
        }
    }

    /// Whether only a change of settings can help. libpq 15 tells why a connection could not be made in words alone.
    private static func isHopeless(_ reason: String) -> Bool {
        [
            "password authentication failed", "no password supplied", "no pg_hba.conf entry", "does not exist",
            "server does not support SSL", "certificate",
        ].contains { reason.contains($0) }
    }

    func awaitReady(_ request: Request) {
        if isStopping { return answer(request, .closed) }
        if !pools[PoolKind.reads.rawValue].lanes.isEmpty { return answer(request) }
        note(deadlineOf: request)
        waitingForReady.append(request)
    }
}
