import CPostgres
import Logging

/// LISTEN, on a connection of its own, by the simple protocol.
extension Engine {
    func subscribe(_ subscription: Subscription) {
        guard configuration.supportsListen else {
            logger.error("LISTEN behind a transaction pooler needs a direct URL")
            return subscription.continuation.finish()
        }
        // Postgres cuts longer names, so that nothing would ever arrive (NAMEDATALEN).
        let isUsable = subscription.channels.allSatisfy { (1...63).contains($0.utf8.count) && !$0.utf8.contains(0) }
        guard isUsable, !isStopping else { return subscription.continuation.finish() }
        listener.add(subscription, now: now)
        tellServer()
    }

    func unsubscribe(_ id: Subscription.ID) {
        listener.remove(id)
        tellServer()
    }

    func dialListener() {
        listener.beganConnecting()
        dial(.listener, configuration.directURL ?? configuration.url)
    }

    func listenerConnected(_ connection: Connection) {
        listener.connected(connection.id)
        tellServer()
    }

    func listenerLost() {
        listener.lost(now: now, chance: .random(in: 0...1))
    }

    private func tellServer() {
        guard let id = listener.connection, let connection = connections[id] else { return }
        guard let statements = listener.nextStatements() else { return }
        guard connection.send(simple: statements), connection.flush() else { return lose(connection) }
        watch(connection)
    }

    func receiveNotifications(_ connection: Connection) {
        while listener.isAwaitingAnswer, !connection.isBusy {
            if let result = PQgetResult(connection.pg) {
                let isFailure = PQresultStatus(result) != PGRES_COMMAND_OK
                PQclear(result)
                // Only if the connection is ending, or the server out of memory.
                if isFailure { return lose(connection) }
            } else {
                listener.confirmedStatements()
            }
        }
        // Also with nothing in flight: it lets libpq take in what arrived.
        _ = connection.isBusy
        while let message = PQnotifies(connection.pg) {
            listener.deliver(
                PostgresNotification(
                    channel: String(cString: message.pointee.relname),
                    payload: String(cString: message.pointee.extra)
                )
            )
            PQfreemem(message)
        }
        if connections[connection.id] != nil { tellServer() }
    }
}
