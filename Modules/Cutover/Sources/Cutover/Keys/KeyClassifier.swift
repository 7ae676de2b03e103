/// Finds the pattern of a key.
public struct KeyClassifier: Sendable {
    /// What a key is.
    public enum Verdict: Hashable, Sendable {
        case known(KeyPattern)
        /// The name is known, with values of another type: somebody else's, or broken. Reported and archived.
        case unexpectedType(KeyPattern)
        /// Reported and archived, never dropped.
        case unknown
    }

    /// The longest beginnings first: `consent:pending:*` before `consent:*`.
    private let patterns: [KeyPattern]

    /// - Parameter patterns: the original's layout, unless a test says otherwise.
    public init(patterns: [KeyPattern] = KeyPattern.all) {
        self.patterns = patterns.sorted { $0.prefix.count > $1.prefix.count }
    }

    /// The most special pattern that fits name and type. The type decides between names that overlap: a string
    /// `consent:pending:ada` is what a person called `pending` was granted; a set is a list of the requests to `ada`.
    public func classify(_ key: [UInt8], type: KeyType) -> Verdict {
        var misfit: KeyPattern?
        for pattern in patterns where pattern.matches(key) {
            if pattern.types.contains(type) { return .known(pattern) }
            misfit = misfit ?? pattern
        }
        return misfit.map { .unexpectedType($0) } ?? .unknown
    }
}
