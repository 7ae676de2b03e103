import JSONText
public import Kernel
public import ServiceSettings

/// What people do together: the board, invites, streaks, achievements, leaderboards. This file is the list of areas;
/// each area says what it registers.
public struct EngagementModule: FeatureModule {
    public init() {}

    public let manifest = ModuleManifest(
        name: "engagement",
        summary: "Board, invites, streaks, achievements and leaderboards",
        requires: ["identity"],
        tables: [
            "board_entries", "board_tags", "board_reactions", "board_comments", "board_authors",
            "invites", "inviters", "waitlist", "funnel_counts", "funnel_people",
            "activity_inbox", "active_days", "daily_activity", "streaks", "activity_totals", "achievements",
            "leaderboard_scores", "leaderboard_counts",
        ]
    )

    private static let areas: [any Area.Type] = [
        BoardArea.self,
        InviteArea.self,
        WaitlistArea.self,
        FunnelArea.self,
        ActivityArea.self,
    ]

    public var settings: [SettingDeclaration] { Self.areas.flatMap { $0.settings } }

    public var migrations: [Migration] { Migration.list(EmbeddedText.migrations) }

    public var openAPI: String { EmbeddedText.openapi }

    public func register(in registrar: ModuleRegistrar) throws {
        let areas = try Self.areas.map { try $0.init(registrar) }
        for area in areas { area.register(in: registrar) }
        registrar.export { handle in
            var members: [(String, JSON)] = []
            for area in areas { members += try await area.export(handle) }
            return .object(members)
        }
        registrar.erase { handle, transaction in
            for area in areas { try await area.erase(handle, in: transaction) }
        }
    }
}
