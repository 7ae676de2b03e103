import Kernel
import Postgres

/// Who may write to whom: the core, which every store of consent must know. People are folded keys.
///
/// The writes are refused by nobody: what they find in the way they leave, and they answer how it is afterwards.
protocol ConsentStore: Sendable {
    func pair(_ pair: OrderedPair) async throws -> ConsentPair

    /// Requests that wait for an answer of `recipient`, the latest first.
    func requests(to recipient: String, before: ListPosition, limit: Int) async throws -> Page<ConsentRequest>

    /// Whom `owner` has blocked, the latest first.
    func blocked(by owner: String, before: ListPosition, limit: Int) async throws -> Page<DatedName>

    /// Everybody whom `reader` has blocked or who blocked them.
    func hidden(from reader: String) async throws -> Set<String>

    /// Asks, unless one of the two blocked the other or the answer is there already.
    func request(_ pair: OrderedPair, message: String?, at time: PostgresTimestamp, through writer: any RequestWriter)
        async throws -> ConsentPair

    /// The recipient accepts what was asked, or takes back a block, in both directions. Nothing happens when nothing was
    /// asked, or when the sender has blocked the recipient.
    func accept(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> ConsentPair

    /// The recipient blocks the sender, which ends whatever else the two were to each other.
    func block(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> ConsentPair

    /// The recipient takes back their block. The two are strangers then.
    func unblock(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> ConsentPair
}

/// What messages do to consent, in the transaction that stores them. Only Postgres counts a stranger's messages.
protocol ContactStore: Sendable {
    /// Where the two stand and what the sender has sent as a stranger: one read.
    func contact(_ pair: OrderedPair, at time: PostgresTimestamp) async throws -> Contact

    /// Statements for a stranger's message: the first makes the request, and each counts. They end the transaction with
    /// a conflict when the pair was blocked or the day's limit reached meanwhile.
    func contacting(_ pair: OrderedPair, preview: String, limit: Int, at time: PostgresTimestamp) -> [PostgresQuery]

    /// Statements for the answer to a request, which accepts it.
    func answering(_ pair: OrderedPair, at time: PostgresTimestamp) -> [PostgresQuery]
}

/// What other instances must hear of.
protocol ConnectionChangeStore: Sendable {
    /// Changes of transactions from `horizon` on; none, but the present horizon, when it is `nil`.
    func changes(since horizon: Int64?) async throws -> ConnectionChangePage

    /// Makes rows of transactions that this server has not had yet count as old: a dump keeps the numbers of the server
    /// it was made on, and on a new one they lie ahead, where every reading would find them.
    func forgetForeignWriters() async throws
}
