import JSONText
import Postgres

extension MessageWriter {
    /// What a message has gained since it was sent: nothing, for most.
    func writeChanges(_ message: MessageRow, _ peer: PeerText, isSent: Bool, to json: inout JSONWriter) {
        if let editedAt = message.editedAt {
            json.key("edited_at")
            json.timestamp(microsecondsSinceEpoch: editedAt.microseconds)
        }
        if let deletedAt = message.deletedAt {
            json.key("deleted_at")
            json.timestamp(microsecondsSinceEpoch: deletedAt.microseconds)
        }
        guard message.hasReactions else { return }
        let (from, to) = isSent ? (peer.owner, peer.peer) : (peer.peer, peer.owner)
        json.key("reactions")
        Reactions(of: message).write(from: from, to: to, to: &json)
    }
}
