import JSONText
import Kernel
import Postgres

/// What discovery and profiles hold of one person, for its owner, and how it goes.
struct ProfileDataStore: Sendable {
    let database: PostgresClient
    let profiles: any ProfileStore

    /// The profile, what lists find the person by, whom they dismissed and were told to meet.
    func export(_ handle: String) async throws -> JSON {
        let profile = try await profiles.profiles(of: [handle])[handle]
        let discovery = try await database.read(
            """
            SELECT tier, interests, tsvector_to_array(search), active_hours | earlier_hours, last_active_at
            FROM discovery_people
            WHERE handle = \(handle)
            """
        )
        let dismissals = try await database.read(
            """
            SELECT dismissed, dismissed_at FROM suggestion_dismissals
            WHERE handle = \(handle)
            ORDER BY dismissed_at, dismissed
            """
        )
        let introductions = try await database.read(
            """
            SELECT person, day::text, reasons FROM introductions
            WHERE handle = \(handle)
            ORDER BY day
            """
        )
        return [
            "profile": profile?.exported ?? .null,
            "discovery": try discovery.first.map(Self.discovery) ?? .null,
            "dismissed": .array(
                dismissals.map { ["handle": .string($0.string(0)), "at": .timestamp($0.timestamp(1).microseconds)] }
            ),
            "introductions": .array(
                introductions.map {
                    [
                        "handle": .string($0.string(0)), "day": .string($0.string(1)),
                        "reasons": .raw(Array($0.string(2).utf8)),
                    ]
                }
            ),
        ]
    }

    /// Removes all of it, and the handle from what others dismissed and were told.
    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query([
            // Ends what is being written about this person, and lets nothing new begin.
            "SELECT FROM handles WHERE handle = \(handle) FOR UPDATE",
            PostgresDiscoveryStore.forgettingWords(of: handle, besides: []),
            "DELETE FROM discovery_people WHERE handle = \(handle)",
            "DELETE FROM profiles WHERE handle = \(handle)",
            "DELETE FROM suggestion_dismissals WHERE handle = \(handle) OR dismissed = \(handle)",
            "DELETE FROM introductions WHERE handle = \(handle) OR person = \(handle)",
            "UPDATE discovery_filling SET after = '' WHERE after = \(handle)",
        ])
    }

    private static func discovery(_ row: PostgresRow) throws -> JSON {
        [
            "tier": .string(row.string(0)),
            "interests": .array(try row.decode([String].self, 1).map { .string($0) }),
            "words": .array(try row.decode([String].self, 2).map { .string($0) }),
            "active_hours_utc": .array((0..<24).filter { row.int32(3) & (1 << Int32($0)) != 0 }.map { .int($0) }),
            "last_active_at": .timestamp(row.timestamp(4).microseconds),
        ]
    }
}

extension OwnProfile {
    fileprivate var exported: JSON {
        [
            "bio": bio.map { .string($0) } ?? .null,
            "avatar": avatar.map { .string($0) } ?? .null,
            "links": links.json,
            "interests": .array(interests.map { .string($0) }),
            "visibility": .string(visibility.rawValue),
            "invisible": .bool(isInvisible),
        ]
    }
}
