import Logging
import Synchronization

/// The outside of one loop: what tasks may touch.
final class Loop: Sendable {
    let inbox = Inbox()
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let state = Mutex(State())

    private let isStarted = Atomic(false)

    private struct State {
        var isEnded = false
        var health = PostgresHealth()
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Hands a request to the loop and waits for the answer.
    ///
    /// - Parameter isCancellable: `false` for what must be done even in a cancelled task.
    func perform(_ request: Request, isCancellable: Bool = true) async throws {
        if let failure = request.encodingFailure { throw failure }
        start()
        if isCancellable {
            await withTaskCancellationHandler {
                await answer(to: request)
            } onCancel: {
                inbox.post(.cancel(request))
            }
        } else {
            await answer(to: request)
        }
        if let error = request.error { throw error }
    }

    /// Not a checked continuation, which would cost two allocations per query: the engine answers each request once
    /// (`Engine.answer`), also those it finds in the inbox when it ends.
    private func answer(to request: Request) async {
        await withUnsafeContinuation { continuation in
            request.caller = continuation
            if !inbox.post(.request(request)) {
                request.error = .closed
                continuation.resume()
            }
        }
    }

    /// Starts the thread, if it does not run yet.
    func start() {
        if isStarted.load(ordering: .relaxed) { return }
        guard !isStarted.exchange(true, ordering: .relaxed) else { return }
        Helper.spawn { [configuration, logger, inbox, weak self] in
            let engine = Engine(configuration: configuration, logger: logger, inbox: inbox) { [weak self] health in
                self?.state.withLock { $0.health = health }
            }
            engine.run()
            self?.ended()
        }
    }

    /// Ends the loop.
    ///
    /// - Parameter drain: whether work under way is waited for.
    func stop(drain: Bool) {
        inbox.post(.stop(drain: drain))
    }

    /// Waits until the loop has ended.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                if !state.isEnded { state.waitingForEnd.append(continuation) }
                return state.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }

    private func ended() {
        let waiting = state.withLock { state in
            state.isEnded = true
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }

    var health: PostgresHealth { state.withLock { $0.health } }
}
