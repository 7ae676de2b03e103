/// Something that must be well for the service to serve.
public struct HealthCheck: Sendable {
    /// As `/readyz` names it: `database`, or a module's name.
    public let name: String
    /// Why it is not well, in a few words that may be shown to anybody; `nil` when it is.
    let problem: @Sendable () async -> String?

    public init(name: String, problem: @escaping @Sendable () async -> String?) {
        self.name = name
        self.problem = problem
    }

    /// How long a check may take. The check must end when its task is cancelled.
    static let deadline = Duration.seconds(1)

    /// The check's problem; that it took too long is one.
    func run() async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask { await problem() }
            group.addTask {
                try? await Task.sleep(for: HealthCheck.deadline)
                return "no answer within a second"
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
