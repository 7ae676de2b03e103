import Postgres

/// Searches for people.
protocol ExploreStore: Sendable {
    /// People by the latest activity, and by name from the end among equals.
    ///
    /// - Parameter expression: what they match; `nil` for everybody.
    func people(
        matching expression: SearchExpression?,
        in scope: ExploreScope,
        after place: ListPosition,
        limit: Int
    ) async throws -> [ListedPerson]

    /// People whose handle begins with these letters, digits and `_`, in the order of their names.
    func named(
        _ prefix: String,
        matching expression: SearchExpression?,
        in scope: ExploreScope,
        limit: Int
    ) async throws -> [ListedPerson]

    /// For each of the words, others by which somebody is found and that are like it, the likest first. Nothing for
    /// words with digits, or of less than three letters, which have too little to compare.
    func words(like words: [String]) async throws -> [String: [String]]
}

struct PostgresExploreStore: ExploreStore {
    let database: PostgresClient

    func people(
        matching expression: SearchExpression?,
        in scope: ExploreScope,
        after place: ListPosition,
        limit: Int
    ) async throws -> [ListedPerson] {
        guard let expression else {
            return try await read(Self.everybody(in: scope, after: place, limit: limit))
        }
        let recent = try await read(Self.recent(matching: expression, in: scope, after: place, limit: limit))
        if recent.count == limit { return recent }
        return try await read(Self.all(matching: expression, in: scope, after: place, limit: limit))
    }

    func named(
        _ prefix: String,
        matching expression: SearchExpression?,
        in scope: ExploreScope,
        limit: Int
    ) async throws -> [ListedPerson] {
        try await read(Self.named(prefix, matching: expression, in: scope, limit: limit))
    }

    func words(like words: [String]) async throws -> [String: [String]] {
        let comparable = words.filter { $0.count >= 3 && $0.allSatisfy(\.isLetter) }
        guard !comparable.isEmpty else { return [:] }
        return try await database.read(Self.words(like: comparable)).reduce(into: [:]) { found, row in
            found[row.string(0), default: []].append(row.string(1))
        }
    }

    private func read(_ query: PostgresQuery) async throws -> [ListedPerson] {
        try await database.read(query).map { row in
            ListedPerson(
                handle: row.string(0),
                tier: Tier(rawValue: row.string(1)) ?? .member,
                interests: try row.decode([String].self, 2),
                lastActiveAt: row.timestamp(3),
                bio: row.text(4),
                avatar: row.text(5)
            )
        }
    }
}

extension PostgresExploreStore {
    /// Everybody, along the index by time.
    static func everybody(in scope: ExploreScope, after place: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT d.handle, d.tier, d.interests, d.last_active_at,
            (SELECT bio FROM profiles AS p WHERE p.handle = d.handle),
            (SELECT avatar FROM profiles AS p WHERE p.handle = d.handle)
        FROM (
            SELECT handle, tier, interests, last_active_at
            FROM discovery_people
            WHERE visibility <> 'hidden' AND visibility = ANY (\(scope.visibilities.map(\.rawValue)))
                AND handle <> ALL (\(scope.hiding))
                AND last_active_at >= \(scope.activeSince) AND (last_active_at, handle) < (\(place.time), \(place.name))
            ORDER BY last_active_at DESC, handle DESC
            LIMIT \(limit)
        ) AS d
        ORDER BY d.last_active_at DESC, d.handle DESC
        """
    }

    /// Those who match among the 2,000 seen last. What one person in a hundred has fills a page from these, and is what
    /// the index of words is slow at: it would give hundreds of thousands, to be sorted.
    static func recent(
        matching expression: SearchExpression,
        in scope: ExploreScope,
        after place: ListPosition,
        limit: Int
    ) -> PostgresQuery {
        """
        SELECT d.handle, d.tier, d.interests, d.last_active_at,
            (SELECT bio FROM profiles AS p WHERE p.handle = d.handle),
            (SELECT avatar FROM profiles AS p WHERE p.handle = d.handle)
        FROM (
            SELECT handle, tier, interests, last_active_at
            FROM (
                SELECT handle, tier, interests, last_active_at, search, visibility
                FROM discovery_people
                WHERE visibility <> 'hidden' AND last_active_at >= \(scope.activeSince)
                    AND (last_active_at, handle) < (\(place.time), \(place.name))
                ORDER BY last_active_at DESC, handle DESC
                LIMIT 2000
            ) AS latest
            WHERE search @@ \(expression.text)::tsquery AND visibility = ANY (\(scope.visibilities.map(\.rawValue)))
                AND handle <> ALL (\(scope.hiding))
            ORDER BY last_active_at DESC, handle DESC
            LIMIT \(limit)
        ) AS d
        ORDER BY d.last_active_at DESC, d.handle DESC
        """
    }

    /// All who match, by the index of words. At most 10,000 are sorted: whoever asks for a word that so many have, and
    /// nobody of late, gets a choice of them.
    static func all(
        matching expression: SearchExpression,
        in scope: ExploreScope,
        after place: ListPosition,
        limit: Int
    ) -> PostgresQuery {
        """
        WITH matching AS MATERIALIZED (
            SELECT handle, tier, interests, last_active_at, visibility
            FROM discovery_people
            WHERE search @@ \(expression.text)::tsquery
            LIMIT 10000
        )
        SELECT d.handle, d.tier, d.interests, d.last_active_at,
            (SELECT bio FROM profiles AS p WHERE p.handle = d.handle),
            (SELECT avatar FROM profiles AS p WHERE p.handle = d.handle)
        FROM (
            SELECT handle, tier, interests, last_active_at
            FROM matching
            WHERE visibility = ANY (\(scope.visibilities.map(\.rawValue))) AND handle <> ALL (\(scope.hiding))
                AND last_active_at >= \(scope.activeSince) AND (last_active_at, handle) < (\(place.time), \(place.name))
            ORDER BY last_active_at DESC, handle DESC
            LIMIT \(limit)
        ) AS d
        ORDER BY d.last_active_at DESC, d.handle DESC
        """
    }

    /// By the index for beginnings of names. No handle has a character behind U+007E.
    static func named(
        _ prefix: String,
        matching expression: SearchExpression?,
        in scope: ExploreScope,
        limit: Int
    ) -> PostgresQuery {
        """
        SELECT d.handle, d.tier, d.interests, d.last_active_at,
            (SELECT bio FROM profiles AS p WHERE p.handle = d.handle),
            (SELECT avatar FROM profiles AS p WHERE p.handle = d.handle)
        FROM (
            SELECT handle, tier, interests, last_active_at
            FROM (
                SELECT handle, tier, interests, last_active_at, search, visibility
                FROM discovery_people
                WHERE handle ~>=~ \(prefix) AND handle ~<~ \(prefix + "\u{7F}")
                ORDER BY handle USING ~<~
                LIMIT 200
            ) AS named
            WHERE visibility = ANY (\(scope.visibilities.map(\.rawValue))) AND handle <> ALL (\(scope.hiding))
                AND last_active_at >= \(scope.activeSince)
                AND (\(expression?.text)::text IS NULL OR search @@ \(expression?.text)::text::tsquery)
            ORDER BY handle USING ~<~
            LIMIT \(limit)
        ) AS d
        ORDER BY d.handle USING ~<~
        """
    }

    /// By the index of trigrams; `%` takes what is at least 0.3 alike, the extension's default.
    static func words(like words: [String]) -> PostgresQuery {
        """
        SELECT typed.word, near.word
        FROM unnest(\(words)) AS typed (word)
        CROSS JOIN LATERAL (
            SELECT known.word
            FROM search_words AS known
            WHERE known.word % typed.word AND known.word <> typed.word
            ORDER BY similarity(known.word, typed.word) DESC, known.word
            LIMIT 5
        ) AS near
        """
    }
}
