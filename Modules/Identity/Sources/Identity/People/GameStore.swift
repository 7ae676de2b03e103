/// Names under which clients keep the state of games, by writing messages to them: never claimable, without an inbox.
enum GameStore {
    /// - Parameter key: folded. `solo-hangman` and `wordassociation-room` are in use (clients.md, 0.4).
    static func isName(_ key: String) -> Bool {
        key.hasPrefix("solo_") || key.hasSuffix("_room")
    }
}
