import JSONText

/// What this part of the module adds to a public profile.
struct ActivityProfile: Sendable {
    let readers: StreakReaders
    let achievements: AchievementStore

    /// `badge` is the name of the streak's length, `achievements` what is held in the order its owner chose.
    func fields(of handle: String) async throws -> [(String, JSON)] {
        let view = try await readers.view(of: handle)
        let held = try await achievements.held(by: handle)
        return [
            (
                "streak",
                [
                    "current": .int(view.current),
                    "longest": .int(view.streak.longest),
                    "totalDays": .int(view.streak.totalDays),
                    "lastActive": .day(view.streak.lastActive),
                ]
            ),
            ("badge", .string(StreakLevel.label(view.current))),
            ("achievements", .array(held.compactMap { AchievementJSON.held($0) })),
        ]
    }
}
