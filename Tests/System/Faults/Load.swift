import KernelTesting
import Synchronization
import Testing

/// People who send one message after another, and each again until it is acknowledged, as careful clients do.
///
/// The texts are unique, so the database tells what was lost and what was written twice.
final class Load: Sendable {
    /// How a client makes sure that a message it sends again is written once.
    enum Care: Sendable {
        case messageID, idempotencyKey
    }

    /// One request and what became of it.
    struct Attempt: Sendable {
        let start: ContinuousClock.Instant
        let end: ContinuousClock.Instant
        /// `nil`: no answer.
        let answer: HTTPAnswer?
        let error: HTTPClientError?
    }

    private struct State {
        var isStopping = false
        var inFlight = 0
        var attempts: [Attempt] = []
        var acknowledged: [String] = []
    }

    private let client: @Sendable () -> HTTPClient
    private let senders: [(Person, Care)]
    private let recipient: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - senders: who send at the same time, each with one way of being careful.
    ///   - client: a new client for the service's present port.
    init(senders: [(Person, Care)], to recipient: String, client: @escaping @Sendable () -> HTTPClient) {
        self.senders = senders
        self.recipient = recipient
        self.client = client
    }

    var attempts: [Attempt] { state.withLock { $0.attempts } }
    /// The texts that were answered with 200.
    var acknowledged: [String] { state.withLock { $0.acknowledged } }
    var inFlight: Int { state.withLock { $0.inFlight } }

    /// What was under way at a moment: asked before, and over after it.
    func interrupted(at moment: ContinuousClock.Instant) -> [Attempt] {
        attempts.filter { $0.start < moment && $0.end > moment }
    }

    /// Sends until ``stop()``; then lets everybody have their last message acknowledged.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (sender, care) in senders {
                tasks.addTask { try await self.send(as: sender, care) }
            }
            try await tasks.waitForAll()
        }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
    }

    private func send(as sender: Person, _ care: Care) async throws {
        let client = client()
        var number = 0
        while !state.withLock({ $0.isStopping }) {
            number += 1
            let text = "\(sender.handle) \(number)"
            try await eventually(within: .seconds(30), "an acknowledgement of '\(text)'") {
                try await self.attempt(text, sender, care, "\(sender.handle)-\(number)", client)
            }
            state.withLock { $0.acknowledged.append(text) }
        }
    }

    private func attempt(
        _ text: String,
        _ sender: Person,
        _ care: Care,
        _ id: String,
        _ client: HTTPClient
    ) async throws -> Bool {
        state.withLock { $0.inFlight += 1 }
        let start = ContinuousClock.now
        var answer: HTTPAnswer?
        var failure: HTTPClientError?
        do {
            answer = try await client.send(
                text,
                from: sender,
                to: recipient,
                id: care == .messageID ? id : nil,
                key: care == .idempotencyKey ? id : nil
            )
        } catch let error as HTTPClientError {
            failure = error
        }
        let attempt = Attempt(start: start, end: .now, answer: answer, error: failure)
        state.withLock { state in
            state.inFlight -= 1
            state.attempts.append(attempt)
        }
        return answer?.status == 200
    }
}

extension Load {
    /// Every message that was acknowledged is there, and every one is there once.
    ///
    /// - Parameter stored: the texts of all messages to the recipient, as the database holds them.
    func expectEachOnce(in stored: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        let counts = Dictionary(stored.map { ($0, 1) }, uniquingKeysWith: +)
        let lost = acknowledged.filter { counts[$0] == nil }
        let repeated = counts.filter { $0.value > 1 }.keys.sorted()
        #expect(lost.isEmpty, "acknowledged and lost", sourceLocation: sourceLocation)
        #expect(repeated.isEmpty, "written more than once", sourceLocation: sourceLocation)
        #expect(counts.count == acknowledged.count, "all were acknowledged in the end", sourceLocation: sourceLocation)
    }
}
