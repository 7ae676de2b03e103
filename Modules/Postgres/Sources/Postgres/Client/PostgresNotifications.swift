/// A message that was sent with NOTIFY.
public struct PostgresNotification: Hashable, Sendable {
    /// The channel it was sent to.
    public let channel: String
    /// Its text; at most 8,000 bytes, empty if NOTIFY gave none.
    public let payload: String
}

/// The messages of some channels, for as long as the client runs.
///
/// A lost connection is made again. What was sent meanwhile is lost, so that a listener reads its state anew at each
/// event that is not a `notification`. Iterate once.
public struct PostgresNotifications: AsyncSequence, Sendable {
    /// What a listener hears.
    public enum Event: Hashable, Sendable {
        /// The channels are being listened to, for the first time: what is sent from now on arrives.
        case listening
        /// A message.
        case notification(PostgresNotification)
        /// The connection was lost and is back: messages may have been missed.
        case reconnected
        /// The listener was too slow and the oldest events were dropped: messages were missed.
        case missed
    }

    /// Events that may wait for a slow listener; beyond that, the oldest are dropped.
    static let bufferLimit = 1024

    let stream: AsyncStream<Event>

    /// Begins to listen to the events.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: stream.makeAsyncIterator())
    }

    /// Waits for events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var base: AsyncStream<Event>.Iterator

        /// The next event; `nil` once the client is shut down or the task is cancelled.
        public mutating func next() async -> Event? {
            await base.next()
        }

        /// The next event; `nil` once the client is shut down or the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> Event? {
            await base.next(isolation: actor)
        }
    }
}
