import Contracts
import JSONText

/// What both sides of a message said to it in emoji.
struct Reactions: Sendable {
    /// In the order in which they came.
    let sender: [String]
    let recipient: [String]

    /// Reactions of one person to one message, at most.
    static let limit = 8

    init(of message: MessageRow) {
        sender = message.reactions(of: .sender)
        recipient = message.reactions(of: .recipient)
    }

    func of(_ side: MessageSide) -> [String] { side == .sender ? sender : recipient }

    /// The array that answers show: an object for each emoji, with how many and who.
    func write(from: Person, to: Person, to json: inout JSONWriter) {
        let order = sender + recipient.filter { !sender.contains($0) }
        json.beginArray()
        for emoji in order {
            let people = (sender.contains(emoji) ? [from] : []) + (recipient.contains(emoji) ? [to] : [])
            json.beginObject()
            json.key("emoji")
            json.string(emoji)
            json.key("count")
            json.int(people.count)
            json.key("by")
            json.beginArray()
            for person in people { json.string(person.shown) }
            json.endArray()
            json.endObject()
        }
        json.endArray()
    }
}
