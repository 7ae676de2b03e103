import Contracts
import JSONText
import Kernel
import Postgres
import ServiceSettings

/// What people post: the board, the feed, shared cards.
struct BoardArea: Area {
    private let store: PostgresBoardStore
    private let people: People
    private let services: KernelServices

    static let settings = [
        SettingDeclaration(
            key: "engagement.board_posts_per_minute",
            type: .int(0...1_000_000),
            default: "20",
            description: "Posts on the board a minute per handle, without a token per address; 0 for no limit.",
            owner: "engagement"
        ),
        SettingDeclaration(
            key: "engagement.board_replies_per_minute",
            type: .int(0...1_000_000),
            default: "60",
            description: "Reactions, comments, edits and deletions a minute per handle; 0 for no limit.",
            owner: "engagement"
        ),
        SettingDeclaration(
            key: "engagement.unverified_authors_per_day",
            type: .int(0...1_000_000),
            default: "20",
            description: "Names nobody has claimed that an address may post under in a day; 0 for no limit.",
            owner: "engagement"
        ),
    ]

    init(_ registrar: ModuleRegistrar) throws {
        store = PostgresBoardStore(database: registrar.database)
        people = try People(registrar)
        services = registrar.services
    }

    func register(in registrar: ModuleRegistrar) {
        let links = Links(registrar.settings)
        let authors = BoardAuthors(people: people, limiter: ExactLimiter(services: services))
        BoardRoutes(
            store: store,
            conversations: store,
            people: people,
            authors: authors,
            links: links,
            services: services
        ).register(in: registrar)
        FeedRoutes(store: store, people: people, links: links).register(in: registrar)
        ShareRoutes(store: store, people: people, links: links).register(in: registrar)
        registrar.stats { [("board_entries", .int(try await store.posted()))] }
        registrar.profile { handle, _ in [("board", try await profile(of: handle))] }
    }

    /// Posts that a profile shows.
    private static let profilePosts = 5

    private func profile(of handle: String) async throws -> JSON {
        async let figures = store.figures(of: handle)
        async let recent = store.own(of: handle, limit: Self.profilePosts)
        return [
            "posts": .int(try await figures.posts),
            "ships": .int(try await figures.ships),
            "recent": .array(try await recent.map(Self.json)),
        ]
    }

    func export(_ handle: String) async throws -> [(String, JSON)] {
        let history = try await store.history(of: handle)
        return [
            ("posts", .array(history.posts.map(Self.json))),
            (
                "comments",
                .array(
                    history.comments.map { comment in
                        [
                            "id": .string(comment.id), "entry": .string(comment.entry),
                            "content": .string(comment.content),
                            "created_at": .timestamp(comment.createdAt.microseconds),
                        ]
                    }
                )
            ),
            (
                "reactions",
                .array(
                    history.reactions.map { given in
                        [
                            "entry": .string(given.entry), "reaction": .string(given.reaction),
                            "created_at": .timestamp(given.at.microseconds),
                        ]
                    }
                )
            ),
        ]
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await store.erase(handle, in: transaction)
    }

    private static func json(_ entry: BoardEntry) -> JSON {
        [
            "id": .string(entry.id), "content": .string(entry.content), "category": .string(entry.category),
            "tags": .array(entry.tags.map { .string($0) }),
            "created_at": .timestamp(entry.createdAt.microseconds), "verified": .bool(entry.isVerified),
        ]
    }
}
