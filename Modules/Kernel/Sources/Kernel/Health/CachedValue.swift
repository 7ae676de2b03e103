import Synchronization

/// A value that is worked out at most once per `lifetime`, however many ask: whoever asks while it is being worked out
/// waits for that same answer.
final class CachedValue<Value: Sendable>: Sendable {
    private struct Entry {
        let task: Task<Value, Never>
        /// `nil` while the task runs.
        var end: ContinuousClock.Instant?
    }

    private let lifetime: Duration
    private let make: @Sendable () async -> Value
    private let entry = Mutex<Entry?>(nil)

    init(lifetime: Duration, _ make: @escaping @Sendable () async -> Value) {
        self.lifetime = lifetime
        self.make = make
    }

    /// The value, at most `lifetime` old.
    func get() async -> Value {
        let task = entry.withLock { entry in
            if let entry, entry.end.map({ ContinuousClock.now < $0 }) ?? true { return entry.task }
            // Of its own, not a child of whoever asks first: when that one goes away, the others still wait.
            let task = Task { await self.remake() }
            entry = Entry(task: task)
            return task
        }
        return await task.value
    }

    /// The entry is set by the time this ends: it was set under the lock that is taken here.
    private func remake() async -> Value {
        let value = await make()
        entry.withLock { $0?.end = .now + lifetime }
        return value
    }
}
