public import Logging
import NIOCore
public import ServiceLifecycle

/// A result per command: its reply, or why there is none.
public typealias KeyValueResult = Result<KeyValueReply, KeyValueError>

/// Runs commands on a Redis, over RESP or over Upstash's REST interface: the address decides, callers see no difference.
///
/// What fails before a command ran is tried again with growing pauses; what fails afterwards only if it is a read. A
/// write that was sent and not answered is reported as of unknown outcome (``KeyValueError/isOutcomeUnknown``).
public struct KeyValueClient: Service {
    /// The settings in use.
    public let configuration: KeyValueConfiguration

    /// What this client has spent and may spend.
    public let budget: KeyValueBudget

    /// The budgets of the clients that this one was derived from.
    private let outerBudgets: [KeyValueBudget]
    private let transport: any Transport
    private let metrics = ClientMetrics()

    /// Prepares a client. Connections are made when the first command needs one.
    ///
    /// - Throws: ``KeyValueError`` of kind `configuration`, if the trusted certificates cannot be read.
    public init(
        configuration: KeyValueConfiguration,
        budget: KeyValueBudget = KeyValueBudget(),
        logger: Logger
    ) throws(KeyValueError) {
        self.configuration = configuration
        self.budget = budget
        outerBudgets = []
        switch configuration.address {
        case .resp(let address):
            transport = try RESPTransport(address: address, configuration: configuration, logger: logger)
        case .rest(let address):
            transport = try RESTTransport(address: address, configuration: configuration)
        }
    }

    private init(_ client: KeyValueClient, budget: KeyValueBudget) {
        configuration = client.configuration
        self.budget = budget
        outerBudgets = client.outerBudgets + [client.budget]
        transport = client.transport
    }

    /// The same connections with a further budget: a command must fit into this one and into the client's own.
    public func limited(by budget: KeyValueBudget) -> KeyValueClient {
        KeyValueClient(self, budget: budget)
    }

    /// Waits for a graceful shutdown or the task's cancellation, then closes all connections.
    public func run() async throws {
        try? await gracefulShutdown()
        await shutDown()
    }

    /// Closes all connections. Calls under way fail, later ones fail as `closed`.
    public func shutDown() async {
        await transport.close()
    }

    /// Runs one command.
    ///
    /// - Parameter timeout: how long it may take with all attempts; `nil`: the configuration's.
    /// - Throws: ``KeyValueError``, also for what the server refuses.
    @discardableResult
    public func send(_ command: KeyValueCommand, timeout: Duration? = nil) async throws -> KeyValueReply {
        try await perform(Request(commands: [command], form: .pipeline), timeout)[0].get()
    }

    /// Runs commands in order and in one round trip. Not one step: commands of others may come in between, and each
    /// succeeds or fails by itself.
    ///
    /// - Parameter timeout: how long they may take with all attempts; `nil`: the configuration's.
    /// - Returns: a result per command. After a broken connection the first ones may have replies, and the rest an
    ///   error: `connection` for reads, `unknownOutcome` for writes.
    /// - Throws: ``KeyValueError``, if none of them was run.
    public func pipeline(_ commands: [KeyValueCommand], timeout: Duration? = nil) async throws -> [KeyValueResult] {
        try await perform(Request(commands: commands[...], form: .pipeline), timeout)
    }

    /// Runs commands as one step and in one round trip (MULTI/EXEC).
    ///
    /// As in Redis, a command that fails when it is run (a wrong type, say) undoes none of the others.
    ///
    /// - Parameter timeout: how long they may take with all attempts; `nil`: the configuration's.
    /// - Returns: a result per command.
    /// - Throws: ``KeyValueError``: none of them was run, unless its ``KeyValueError/isOutcomeUnknown`` is true.
    @discardableResult
    public func transaction(_ commands: [KeyValueCommand], timeout: Duration? = nil) async throws -> [KeyValueResult] {
        try await perform(Request(commands: commands[...], form: .transaction), timeout)
    }

    // MARK: Attempts

    private func perform(_ request: Request, _ timeout: Duration?) async throws -> [KeyValueResult] {
        guard !request.commands.isEmpty else { return [] }
        if let command = request.commands.first(where: { CommandTable.refused.contains($0.name) }) {
            throw KeyValueError.misuse("\(command.name) cannot be sent over shared connections")
        }
        return try await metrics.measure(request) {
            try await perform(request, by: .after(timeout ?? configuration.timeout))
        }
    }

    private func perform(_ request: Request, by deadline: NIODeadline) async throws -> [KeyValueResult] {
        var rest = request
        var replies: [KeyValueReply] = []
        var backoff = Backoff(minimum: configuration.backoffMinimum, maximum: configuration.backoffMaximum)
        var retriesLeft = configuration.retries
        try await spend(on: rest, by: deadline)
        while true {
            let attempt = await transport.perform(rest, deadline: deadline)
            replies += attempt.replies
            guard let failure = attempt.failure else { return results(replies) }
            if failure.error.isUnsent { giveBack(rest) }
            rest.commands = rest.commands.dropFirst(attempt.replies.count)
            let mayRepeat = failure.isPassing && retriesLeft > 0 && (!failure.mayHaveRun || rest.isRead)
            let pause = backoff.next(retryAfter: failure.retryAfter)
            guard mayRepeat, .after(pause) < deadline, await sleepAndSpend(pause, on: rest, by: deadline)
            else { return try outcome(of: rest, after: replies, failure) }
            retriesLeft -= 1
            metrics.repeated()
        }
    }

    /// What is said when no further attempt is made.
    private func outcome(
        of rest: Request,
        after replies: [KeyValueReply],
        _ failure: Attempt.Failure
    ) throws -> [KeyValueResult] {
        func fate(_ isRead: Bool) -> KeyValueError {
            guard failure.mayHaveRun, !isRead, !failure.error.isOutcomeUnknown else { return failure.error }
            return .unknownOutcome(because: failure.error)
        }
        // A transaction has one fate.
        if rest.form == .transaction { throw fate(rest.isRead) }
        guard !replies.isEmpty || failure.mayHaveRun else { throw failure.error }
        return results(replies) + rest.commands.map { .failure(fate($0.isRead)) }
    }

    private func results(_ replies: [KeyValueReply]) -> [KeyValueResult] {
        replies.map { reply in
            if case .error(let error) = reply { .failure(error) } else { .success(reply) }
        }
    }

    // MARK: Limits

    /// Takes the request's cost out of all budgets, and waits as long as their rates ask for.
    private func spend(on request: Request, by deadline: NIODeadline) async throws(KeyValueError) {
        let cost = transport.cost(of: request)
        var charged: [KeyValueBudget] = []
        do {
            var pause = Duration.zero
            for budget in [budget] + outerBudgets {
                pause = max(pause, try budget.take(cost))
                charged.append(budget)
            }
            if pause > .zero {
                guard .after(pause) < deadline else { throw KeyValueError.deadline(sent: false) }
                try await Task.sleep(for: pause)
            }
        } catch {
            for budget in charged { budget.giveBack(cost) }
            throw (error as? KeyValueError) ?? .cancelled(sent: false)
        }
    }

    private func giveBack(_ request: Request) {
        let cost = transport.cost(of: request)
        for budget in [budget] + outerBudgets { budget.giveBack(cost) }
    }

    /// Whether a further attempt may be made after the pause: `false` if the budget is used up or the task cancelled.
    private func sleepAndSpend(_ pause: Duration, on request: Request, by deadline: NIODeadline) async -> Bool {
        do {
            try await Task.sleep(for: pause)
            try await spend(on: request, by: deadline)
            return true
        } catch {
            return false
        }
    }
}
