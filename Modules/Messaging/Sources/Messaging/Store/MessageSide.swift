/// One of the two people of a message. Who writes to themselves is the recipient.
enum MessageSide: Sendable {
    case sender, recipient

    /// The column that holds the side's reactions.
    var reactions: String { self == .sender ? "sender_reactions" : "recipient_reactions" }
}
