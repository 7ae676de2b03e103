import Contracts
import JSONText
import Kernel
import Postgres

/// Puts a person's public profile together: what Identity knows, what they say here, and what other modules add.
struct ProfilePage: Sendable {
    let people: any PublicProfiles
    let presence: any LivePresence
    let hooks: PersonHooks
    let clock: WallClock

    /// Microseconds since the last sign for which somebody counts as here: five minutes, as in the original.
    private static let onlineSpan: Int64 = 300_000_000
    /// Entries of the activity feed.
    private static let activityLimit = 20
    /// Interests under `dna.tech`, as many as the original showed.
    private static let technologies = 5
    /// People among whom the answer looks for what somebody works on.
    private static let presenceLimit = 1_000

    /// The members of `profile`; `nil` for a name that nobody has.
    ///
    /// - Parameter viewer: who looks, `nil` without a token. The caller has made sure that they may.
    func members(of handle: String, _ own: OwnProfile, for viewer: String?) async throws -> [(String, JSON)]? {
        guard let profile = try await people.profiles(of: [handle])[handle] else { return nil }
        let isOwner = viewer == handle
        let lastSeen = own.isInvisible && !isOwner ? nil : profile.lastActiveAt
        let isOnline = lastSeen.map { clock.now.microseconds - $0.microseconds < Self.onlineSpan } ?? false
        var members = identity(profile, own, isOnline: isOnline, lastSeen: lastSeen)
        members.append(("workingOn", (isOnline ? await workingOn(handle) : nil ?? profile.building).json))
        members += Self.original(own)
        if isOwner {
            members.append(("visibility", .string(own.visibility.rawValue)))
            members.append(("invisible", .bool(own.isInvisible)))
        }
        return Self.join(members, try await hooks.profile(of: handle, for: viewer))
    }

    private func identity(
        _ profile: PublicProfile,
        _ own: OwnProfile,
        isOnline: Bool,
        lastSeen: PostgresTimestamp?
    ) -> [(String, JSON)] {
        [
            ("username", .string(profile.person.shown)),
            ("isAgent", .bool(profile.person.isAgent)),
            ("tier", .string(Tier(profile).rawValue)),
            ("genesisNumber", profile.genesisNumber.map { .int($0) } ?? .null),
            ("verified", .string(profile.verified)),
            ("githubHandle", profile.githubHandle.json),
            ("xHandle", profile.xHandle.json),
            ("registeredAt", .timestamp(profile.registeredAt.microseconds)),
            ("online", .bool(isOnline)),
            ("lastSeen", lastSeen.map { .string(TimeAgo.text($0, now: clock.now)) } ?? .null),
            ("building", profile.building.json),
            ("bio", own.bio.json),
            ("avatar", own.avatar.json),
            ("links", own.links.json),
            ("interests", .array(own.interests.map { .string($0) })),
        ]
    }

    private func workingOn(_ handle: String) async -> String? {
        await presence.here(limit: Self.presenceLimit).first { $0.handle == handle }?.workingOn
    }

    /// Members of the original that told of recorded coding sessions, which this service does not record.
    private static func original(_ own: OwnProfile) -> [(String, JSON)] {
        [
            ("stats", ["sessions": 0, "projects": 0]),
            (
                "dna",
                [
                    "focus": own.interests.first.json,
                    "tech": .array(own.interests.prefix(technologies).map { .string($0) }),
                    "style": "emerging",
                ]
            ),
            ("recentProjects", []),
            ("recentSessions", []),
        ]
    }

    /// Adds what other modules say. Entries under `activity` come from several and become one feed, the latest first;
    /// of other members that two give, the first stays.
    static func join(_ own: [(String, JSON)], _ added: [(String, JSON)]) -> [(String, JSON)] {
        var members = own
        var names = Set(own.map(\.0))
        var activity: [JSON] = []
        for (name, value) in added {
            if name == "activity", case .array(let entries) = value {
                activity += entries
            } else if names.insert(name).inserted {
                members.append((name, value))
            }
        }
        let feed = activity.map { (time(of: $0), $0) }.sorted { $0.0 > $1.0 }.prefix(activityLimit).map(\.1)
        return members + [("activity", .array(feed))]
    }

    /// The member `at` of an entry.
    private static func time(of entry: JSON) -> Int64 {
        guard case .object(let members) = entry else { return .min }
        for case ("at", .timestamp(let microseconds)) in members { return microseconds }
        return .min
    }
}
