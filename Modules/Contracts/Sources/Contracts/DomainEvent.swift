/// Something that happened in one module and that others may act on.
///
/// Events carry ids and handles, never texts: they lie in the outbox until every handler has seen them. They are
/// delivered at least once and in no promised order, so handlers are idempotent.
public protocol DomainEvent: Codable, Sendable {
    /// The stable name, `module.what_happened`.
    static var name: String { get }

    /// Raised when a field changes its meaning. A handler of an older version keeps receiving older rows.
    static var version: Int { get }
}

extension DomainEvent {
    public static var version: Int { 1 }
}
