import Synchronization

/// Wakes waiting tasks, one per signal. A signal while nobody waits is remembered; several count as one.
final class WakeUp: Sendable {
    private struct State {
        var isSignalled = false
        var isFinished = false
        var waiting: [CheckedContinuation<Bool, Never>] = []
    }

    private let state = Mutex(State())

    /// Wakes one task.
    func signal() {
        let waiter = state.withLock { state in
            let waiter = state.waiting.popLast()
            if waiter == nil { state.isSignalled = true }
            return waiter
        }
        waiter?.resume(returning: true)
    }

    /// Wakes all tasks, for good.
    func finish() {
        let waiting = state.withLock { state in
            state.isFinished = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume(returning: false) }
    }

    var isFinished: Bool { state.withLock { $0.isFinished } }

    /// Waits for a signal.
    ///
    /// - Returns: `false` once ``finish()`` was called.
    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let result: Bool? = state.withLock { state in
                if state.isFinished { return false }
                if state.isSignalled {
                    state.isSignalled = false
                    return true
                }
                state.waiting.append(continuation)
                return nil
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}
