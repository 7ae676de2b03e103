import Foundation
import Kernel
import Logging
import Synchronization

/// Keeps this instance's lease, hears of changes, acknowledges them, and takes the next step of a change when all
/// instances have acknowledged the last: whoever began it may be gone.
final class Coordinator: Sendable {
    /// Names this process among the instances.
    let instance = UUID().uuidString
    private let phases: Phases
    private let store: PhaseStore
    private let changes: PhaseChanges
    private let signals: Signals
    private let logger: Logger
    /// What the others can know of this instance.
    private let lastTold = Mutex<[DataSetName: Int]>([:])
    private let rings: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    /// How often the lease is renewed and the phases are looked at, if no signal comes.
    static let interval: Duration = .milliseconds(500)
    /// How long this instance trusts a lease, counted from before it asked for it. Shorter than the lease, so that work
    /// which has just been let in does not outlast it.
    static let trust: Duration = .milliseconds(1_700)
    /// How soon an acknowledgement is tried again that had to wait for requests under way.
    static let shortPause: Duration = .milliseconds(10)

    init(phases: Phases, store: PhaseStore, changes: PhaseChanges, signals: Signals, logger: Logger) {
        self.phases = phases
        self.store = store
        self.changes = changes
        self.signals = signals
        self.logger = logger
        (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Looks soon.
    func wake() { bell.yield() }

    /// Takes a lease before the first request. Work of an earlier life of the process cannot be under way.
    func register() async throws {
        let asked = ContinuousClock.now
        phases.apply(try await store.renew(instance, epochs: [:]), until: asked + Self.trust)
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    self.wake()
                    try? await Task.sleep(for: Self.interval)
                }
            }
            for await _ in rings {
                do {
                    while try await look() { try await drain() }
                } catch {
                    guard !Task.isCancelled else { break }
                    // The lease runs out by itself, and requests answer 503.
                    logger.warning("the lease was not renewed", metadata: ["cause": "\(SafeText.of(error))"])
                }
            }
            group.cancelAll()
        }
    }

    /// Waits for requests under way in older epochs, but not so long that the lease suffers.
    private func drain() async throws {
        let end = ContinuousClock.now + Self.interval / 2
        repeat {
            try await Task.sleep(for: Self.shortPause)
        } while phases.isDraining && ContinuousClock.now < end
    }

    /// Lets others go on at once when this instance stops.
    func leave() async {
        try? await store.release(instance)
    }

    /// Renews, acts upon what it reads, and goes on with changes under way.
    ///
    /// - Returns: whether to look again at once: an acknowledgement is owed, or a step was taken.
    func look() async throws -> Bool {
        let told = phases.acknowledged
        let asked = ContinuousClock.now
        let records = try await store.renew(instance, epochs: told)
        phases.apply(records, until: asked + Self.trust)
        let isNews = lastTold.withLock { last in
            defer { last = told }
            return last != told
        }
        // Whoever waits for this acknowledgement learns of it now.
        if isNews { signals.send(PhaseChanges.channel) }
        if phases.acknowledged != told || phases.isDraining { return true }
        var moved = false
        for record in records where record.state.change != nil {
            if try await changes.proceed(record) { moved = true }
        }
        return moved
    }
}
