/// Two people, folded, in a direction.
struct OrderedPair: Sendable, Hashable {
    let from: String
    let to: String

    var reversed: OrderedPair { OrderedPair(from: to, to: from) }

    /// Both directions in the order of bytes, in which everybody locks their rows.
    var sorted: [OrderedPair] {
        from.utf8.lexicographicallyPrecedes(to.utf8) ? [self, reversed] : [reversed, self]
    }
}
