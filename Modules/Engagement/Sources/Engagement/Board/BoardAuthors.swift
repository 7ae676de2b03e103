import Contracts
import HTTPTypes
import Kernel

/// Who wrote a post: the caller, or, without a token, whoever the body names.
struct BoardAuthors: Sendable {
    let people: People
    let limiter: ExactLimiter

    /// Names without a row that an address may write on the board in a day.
    static let newNames = RateLimitRule(
        name: "board_author",
        scope: .address,
        setting: "engagement.unverified_authors_per_day",
        window: 86_400
    )

    /// A token wins over whatever the body says: clients send `author` with every post.
    ///
    /// - Throws: 400 without a token and a name; 429 when the address has brought in too many names.
    func author(_ request: APIRequest, _ body: BodyFields) async throws -> (person: Person, isVerified: Bool) {
        let named = try Self.named(body)
        if let principal = request.principal { return (principal.person, true) }
        guard let handle = named else { throw APIError.missing(field: "author") }
        if let person = try await people.directory.person(handle.key) { return (person, false) }
        let outcome = try await limiter.take(Self.newNames, subject: request.clientNetwork)
        guard outcome.isAllowed else { throw outcome.refusal }
        // Nobody with a name brought it in, so it counts against itself; the limit is the address's, above.
        return (try await people.directory.personOrPlaceholder(handle, madeBy: handle.key), false)
    }

    /// The first of the names that clients use for the author that says something.
    private static func named(_ body: BodyFields) throws(APIError) -> Handle? {
        var first: Handle?
        for member in ["author", "handle", "from"] {
            guard let text = try body.optionalString(member, limit: 64), !text.isEmpty else { continue }
            let handle = try People.handle(text, field: member)
            if first == nil { first = handle }
        }
        return first
    }
}
