/// Settings that cannot be used: everything that is wrong with them, not only the first thing.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
    /// One thing that is wrong.
    public struct Problem: Sendable, Equatable, CustomStringConvertible {
        /// `config.yaml:12:3`, `VIBE_SERVER_PORT`, `--set`; nil if nobody wrote anything.
        public let place: String?
        /// What is wrong and, where it can be known, what would be right. Never holds a secret.
        public let message: String

        /// One line: the place and the message.
        public var description: String { (place.map { $0 + ": " } ?? "") + message }
    }

    /// At least one: those of the file in its order, then variables, flags and what is missing.
    public let problems: [Problem]

    /// One line per problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
