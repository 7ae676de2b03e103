import Kernel
import Postgres

/// Who is whose friend: the core, which every store of friends must know.
protocol FriendStore: Sendable {
    /// The friends of `owner`, the latest first.
    func friends(of owner: String, before: ListPosition, limit: Int) async throws -> Page<DatedName>

    /// Makes two people friends without a further question, unless one of them blocked the other.
    ///
    /// - Returns: ``Friendship/friends`` or ``Friendship/refused``.
    func befriend(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> Friendship

    /// Ends a friendship, and what either asked.
    ///
    /// - Returns: whether there was anything to end.
    func unfriend(_ pair: OrderedPair, through writer: any RequestWriter) async throws -> Bool

    /// Makes a code good until the given time. The owner's own code is renewed.
    func register(
        _ code: String,
        of owner: String,
        at time: PostgresTimestamp,
        until end: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> CodeRegistration

    /// Whose code it is, while it is good.
    func owner(of code: String, at time: PostgresTimestamp) async throws -> String?

    func removeCodes(before time: PostgresTimestamp) async throws
}

/// Friendship that both sides must want. Only Postgres knows what one side has said.
protocol FriendRequestStore: Sendable {
    /// Says that `pair.from` wants to be friends; it makes them friends when the other side has said so before.
    func ask(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> Friendship

    /// Who wants to be friends with `owner`, the latest first.
    func requests(to owner: String, before: ListPosition, limit: Int) async throws -> Page<DatedName>
}
