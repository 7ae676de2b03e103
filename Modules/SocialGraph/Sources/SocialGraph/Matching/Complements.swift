/// Work that needs each other, and interests that are close: the pairs of the original's server and clients
/// (`suggest-connections`, `tools/discover.js`, `_discovery.js`), put into one list.
enum Complements {
    private static let pairs: [(String, String)] = [
        ("frontend", "backend"), ("ai", "web"), ("ai", "data"), ("mobile", "api"), ("mobile", "web"),
        ("design", "development"), ("design", "engineering"), ("devops", "security"), ("product", "engineering"),
        ("research", "implementation"), ("react", "python"),
    ]

    private static let byTerm: [String: Set<String>] = pairs.reduce(into: [:]) { table, pair in
        table[pair.0, default: []].insert(pair.1)
        table[pair.1, default: []].insert(pair.0)
    }

    /// What complements a term, sorted.
    static func of(_ term: String) -> [String] {
        (byTerm[term] ?? []).sorted()
    }

    static func areComplementary(_ one: String, _ other: String) -> Bool {
        byTerm[one]?.contains(other) ?? false
    }
}

/// Interests that are not the same and yet close.
enum InterestCluster: String, Sendable, CaseIterable {
    case ai, web, mobile, data, infrastructure, design, games, crypto, community, productivity

    /// In words, for reasons: "You are both into …".
    var name: String {
        switch self {
        case .ai: "AI"
        case .web: "the web"
        case .mobile: "mobile apps"
        case .data: "data"
        case .infrastructure: "infrastructure"
        case .design: "design"
        case .games: "games"
        case .crypto: "crypto"
        case .community: "communities"
        case .productivity: "productivity"
        }
    }

    /// The clusters of these interests.
    static func clusters(of interests: some Sequence<String>) -> Set<InterestCluster> {
        Set(interests.compactMap { byInterest[$0] })
    }

    static func cluster(of interest: String) -> InterestCluster? { byInterest[interest] }

    private static let members: [InterestCluster: [String]] = [
        .ai: [
            "ai", "agents", "claude", "gpt", "llm", "llms", "machine learning", "machine-learning", "ml", "nlp", "rag",
        ],
        .web: ["css", "frontend", "html", "javascript", "react", "svelte", "typescript", "vue", "web", "webdev"],
        .mobile: ["android", "flutter", "ios", "kotlin", "mobile", "react native", "swift"],
        .data: ["analytics", "data", "data science", "databases", "pandas", "postgres", "sql", "visualization"],
        .infrastructure: [
            "backend", "cloud", "devops", "docker", "go", "infrastructure", "kubernetes", "linux", "rust",
        ],
        .design: ["art", "design", "figma", "generative art", "graphics", "typography", "ui", "ux"],
        .games: ["game dev", "gamedev", "games", "gaming", "godot", "unity", "unreal"],
        .crypto: ["blockchain", "crypto", "defi", "ethereum", "fintech", "solana", "web3"],
        .community: ["community", "creators", "education", "open source", "social", "writing"],
        .productivity: ["automation", "cli", "developer tools", "devtools", "productivity", "terminal", "workflow"],
    ]

    private static let byInterest: [String: InterestCluster] = members.reduce(into: [:]) { table, cluster in
        for interest in cluster.value { table[interest] = cluster.key }
    }
}
