import Kernel
import Postgres

/// What people say of themselves. Postgres alone has it: the layout of the old store knew none of it.
protocol ProfileStore: Sendable {
    /// Those of the handles who said anything.
    func profiles(of handles: [String]) async throws -> [String: OwnProfile]

    /// Those of the handles whom not everybody may see.
    func restrictions(among handles: [String]) async throws -> [String: Restriction]

    /// Writes the named members of a profile and leaves the others.
    ///
    /// - Parameter events: stored with the write.
    /// - Returns: the profile as it is then.
    func write(
        _ profile: OwnProfile,
        members: [String],
        of handle: String,
        at now: PostgresTimestamp,
        events: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> OwnProfile
}

/// How little somebody wants to be seen.
struct Restriction: Sendable, Hashable {
    let visibility: ProfileVisibility
    let isInvisible: Bool
}

struct PostgresProfileStore: ProfileStore {
    let database: PostgresClient

    func profiles(of handles: [String]) async throws -> [String: OwnProfile] {
        let rows = try await database.read(Self.profiles(of: handles))
        return try rows.reduce(into: [:]) { $0[$1.string(0)] = try Self.profile($1) }
    }

    func restrictions(among handles: [String]) async throws -> [String: Restriction] {
        try await database.read(Self.restrictions(among: handles)).reduce(into: [:]) { found, row in
            found[row.string(0)] = Restriction(visibility: Self.visibility(row.string(1)), isInvisible: row.bool(2))
        }
    }

    func write(
        _ profile: OwnProfile,
        members: [String],
        of handle: String,
        at now: PostgresTimestamp,
        events: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> OwnProfile {
        let batch: [PostgresQuery] = [
            """
            INSERT INTO profiles AS p (handle, bio, avatar, links, interests, visibility, invisible, updated_at)
            VALUES (
                \(handle), \(profile.bio), \(profile.avatar), \(PostgresJSON(profile.links.json)), \(profile.interests),
                \(profile.visibility.rawValue), \(profile.isInvisible), \(now)
            )
            ON CONFLICT (handle) DO UPDATE SET
                bio = CASE WHEN 'bio' = ANY (\(members)) THEN EXCLUDED.bio ELSE p.bio END,
                avatar = CASE WHEN 'avatar' = ANY (\(members)) THEN EXCLUDED.avatar ELSE p.avatar END,
                links = CASE WHEN 'links' = ANY (\(members)) THEN EXCLUDED.links ELSE p.links END,
                interests = CASE WHEN 'interests' = ANY (\(members)) THEN EXCLUDED.interests ELSE p.interests END,
                visibility = CASE WHEN 'visibility' = ANY (\(members)) THEN EXCLUDED.visibility ELSE p.visibility END,
                invisible = CASE WHEN 'invisible' = ANY (\(members)) THEN EXCLUDED.invisible ELSE p.invisible END,
                updated_at = EXCLUDED.updated_at
            RETURNING handle, bio, avatar, links, interests, visibility, invisible
            """,
            // Counts at once; the rest of the projection follows with the event.
            """
            UPDATE discovery_people AS d SET visibility = p.visibility
            FROM profiles AS p
            WHERE d.handle = \(handle) AND p.handle = d.handle AND d.visibility <> p.visibility
            """,
        ]
        let rows = try await writer.write(batch + events)
        return try rows.first?.first.map(Self.profile) ?? profile
    }

    static func profiles(of handles: [String]) -> PostgresQuery {
        """
        SELECT handle, bio, avatar, links, interests, visibility, invisible
        FROM profiles
        WHERE handle = ANY (\(handles))
        """
    }

    static func restrictions(among handles: [String]) -> PostgresQuery {
        """
        SELECT handle, visibility, invisible
        FROM profiles
        WHERE handle = ANY (\(handles)) AND (visibility <> 'public' OR invisible)
        """
    }

    private static func profile(_ row: PostgresRow) throws -> OwnProfile {
        OwnProfile(
            bio: row.text(1),
            avatar: row.text(2),
            links: [ProfileLink](json: row.string(3)),
            interests: try row.decode([String].self, 4),
            visibility: visibility(row.string(5)),
            isInvisible: row.bool(6)
        )
    }

    /// A word that no version wrote hides.
    private static func visibility(_ name: String) -> ProfileVisibility { ProfileVisibility(rawValue: name) ?? .hidden }
}
