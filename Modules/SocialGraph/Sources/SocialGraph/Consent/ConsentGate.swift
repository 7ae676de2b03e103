import Contracts
import Kernel
import Postgres

/// Decides who may write to whom; asked before every message that is sent.
///
/// Costs nothing for people who talk to each other, as long as memory can be trusted, and one indexed read otherwise.
struct ConsentGate: ConsentCapability {
    let store: any ContactStore
    let memory: ConnectionMemory
    let clock: WallClock
    /// Whether a stranger's first message is the only one until it is accepted (`ENFORCE_CONSENT`).
    let isEnforced: Bool

    /// Messages that a stranger may send a day while their request waits.
    static let strangerMessagesPerDay = 20

    private var strangerLimit: Int { isEnforced ? 1 : Self.strangerMessagesPerDay }

    func check(from sender: Person, to recipient: Person) async throws -> ConsentDecision {
        func decision(_ state: ConsentDecision.State, isFirst: Bool = false) -> ConsentDecision {
            ConsentDecision(from: sender.handle, to: recipient.handle, state: state, isFirstContact: isFirst)
        }
        guard !Self.isExempt(sender, recipient) else { return decision(.bypassed) }
        let pair = OrderedPair(from: sender.handle, to: recipient.handle)
        if memory.isAccepted(pair) { return decision(.accepted) }
        let revision = memory.revision
        let contact = try await store.contact(pair, at: clock.now)
        guard !contact.pair.isBlocked else { throw ConsentRefused(.blocked) }
        if contact.pair.forward.status == .accepted {
            memory.rememberAccepted(pair, ifUnchangedSince: revision)
            return decision(.accepted)
        }
        // Whoever answers a request accepts it.
        if contact.pair.wasAsked { return decision(.accepted, isFirst: true) }
        if isEnforced, contact.hasWritten { throw ConsentRefused(.required) }
        if contact.messagesToday >= strangerLimit { throw ConsentRefused(.strangerLimit) }
        return decision(.pending, isFirst: contact.pair.forward.status == .none)
    }

    func record(_ decision: ConsentDecision, preview: String) -> [PostgresQuery] {
        let pair = OrderedPair(from: decision.from, to: decision.to)
        switch decision.state {
        case .bypassed:
            return []
        case .accepted:
            return decision.isFirstContact ? store.answering(pair, at: clock.now) : []
        case .pending:
            return store.contacting(pair, preview: preview, limit: strangerLimit, at: clock.now)
        }
    }

    /// Whom consent does not concern: oneself, and the accounts of the house and the stores of games on either side.
    private static func isExempt(_ sender: Person, _ recipient: Person) -> Bool {
        sender.handle == recipient.handle || sender.kind == .system || recipient.kind == .system
            || (recipient.kind == .placeholder && isGameStore(recipient.handle))
    }

    /// Names under which clients keep the state of games (clients.md, section 0). Before the first message to one it
    /// has no row that says so.
    private static func isGameStore(_ key: String) -> Bool {
        key.hasPrefix("solo_") || key.hasSuffix("_room")
    }
}
