import Postgres

/// A row of `invites`.
struct Invite: Sendable {
    let code: String
    /// The folded handle of whoever gives it away.
    let inviter: String
    /// The folded handle of whoever came in by it.
    let usedBy: String?
    let usedAt: PostgresTimestamp?
    let expiresAt: PostgresTimestamp
    let createdAt: PostgresTimestamp
    let isBonus: Bool

    /// Days for which a code is good (original-api.md, 1.10).
    static let lifetimeInDays: Int64 = 30

    /// Why it cannot be redeemed at this time; `nil` when it can.
    func objection(at time: PostgresTimestamp) -> String? {
        if usedAt != nil { return "This invite has been used already." }
        return expiresAt <= time ? "This invite has expired." : nil
    }

    /// As clients show it.
    func status(at time: PostgresTimestamp) -> String {
        if usedAt != nil { return "used" }
        return expiresAt <= time ? "expired" : "available"
    }

    var position: ListPosition { ListPosition(time: usedAt ?? createdAt, id: code) }
}

extension PostgresTimestamp {
    func adding(days: Int64) -> PostgresTimestamp {
        PostgresTimestamp(microseconds: microseconds + days * 86_400_000_000)
    }
}
