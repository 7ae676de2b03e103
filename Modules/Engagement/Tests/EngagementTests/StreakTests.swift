import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

@testable import Engagement

/// The tests' clock stands at 2026-01-08T16:00:00Z, a Thursday.
@Suite("Streaks", .serialized)
struct StreakTests {
    @Test("What people do on days in a row makes a streak, once a day whatever else they do; news of it are told once")
    func grows() async throws {
        try await withActivity { service, events in
            let today = "2026-01-08"
            try await events.raise([
                active("ada", "2026-01-06"), message("ada", "2026-01-07"), message("ada", "2026-01-07"),
                BoardPosted(id: "b", author: "ada", category: "ship", day: today),
                GameFinished(
                    id: "g",
                    game: "tictactoe",
                    players: [.init(handle: "ada", day: today), .init(handle: "eve", day: today)],
                    winner: nil
                ),
            ])
            try await service.settled()
            let answer = try await service.get("/api/streaks?handle=@Ada")
            #expect(answer.int(at: "currentStreak") == 3, "\(answer)")
            #expect(answer.int(at: "longestStreak") == 3 && answer.int(at: "totalDays") == 3)
            #expect(answer.string(at: "lastActive") == today && answer.string(at: "badge") == "Growing")
            #expect(answer.bool(at: "isActive") == true && answer.bool(at: "freeze.available") == true)
            #expect(try await service.undocumented(answer, "get", "/api/streaks").isEmpty)
            #expect(events.extended.filter { $0.handle == "ada" }.map(\.current).max() == 3)
            #expect(
                events.earned == [
                    "ada early_bird", "ada first_day", "ada first_game", "ada first_message", "ada first_ship",
                    "eve first_day", "eve first_game",
                ]
            )
            #expect(try await service.value("SELECT messages FROM activity_totals WHERE handle = 'ada'") == 2)
        }
    }

    @Test("Days that come late or in any order give the same numbers as in order")
    func late() async throws {
        try await withActivity { service, events in
            let days = ["02", "03", "04", "06", "07", "08"].map { "2026-01-\($0)" }
            for day in [5, 0, 3, 1, 4, 2].map({ days[$0] }) {
                try await events.raise([active("ada", day)])
                try await service.settled()
            }
            try await events.raise(days.map { active("eve", $0) })
            try await service.settled()
            for handle in ["ada", "eve"] {
                let answer = try await service.get("/api/streaks?handle=\(handle)")
                #expect(answer.int(at: "currentStreak") == 6, "\(answer)")
                #expect(answer.int(at: "totalDays") == 6)
                #expect(answer.string(at: "freeze.usedOn") == "2026-01-05")
                #expect(answer.bool(at: "freeze.available") == false)
            }
            #expect(try await service.scores(.streaks) == ["ada": 6, "eve": 6])
            #expect(try await service.scores(.streaks, "2026-01") == ["ada": 6, "eve": 6])
            #expect(try await service.scores(.streaks, "2026-01-05") == ["ada": 3, "eve": 3])
            #expect(try await service.wrongCounts().isEmpty)
        }
    }

    @Test("Agents and the accounts of the house have no streak, whatever they are called; unknown names neither")
    func peopleOnly() async throws {
        try await withActivity { service, events in
            try await events.raise([
                active("bot", "2026-01-08"), message("vibe", "2026-01-08"), message("nobody", "2026-01-08"),
                active("ada", "2026-01-08"),
            ])
            try await service.settled()
            #expect(try await service.value("SELECT count(*) FROM streaks") == 1)
            #expect(try await service.get("/api/streaks?handle=bot").int(at: "currentStreak") == 0)
            #expect(try await service.get("/api/streaks?handle=nobody").string(at: "badge") == "Inactive")
            let refused = try await service.post("/api/streaks", as: "bot", ["handle": "bot"])
            #expect(refused.status == 403 && refused.string(at: "code") == "people_only")
        }
    }

    @Test("A check-in counts at once, once a day, and only for oneself")
    func checkIn() async throws {
        try await withActivity { service, events in
            try await events.raise([active("ada", "2026-01-06"), active("ada", "2026-01-07")])
            try await service.settled()
            let first = try await service.post("/api/streaks", as: "ada", ["handle": "@ADA"])
            #expect(first.status == 200 && first.int(at: "currentStreak") == 3, "\(first)")
            #expect(first.int(at: "milestone") == 3 && first.string(at: "badge") == "Growing")
            #expect(try await service.undocumented(first, "post", "/api/streaks").isEmpty)
            // Also before it is counted.
            #expect(try await service.get("/api/streaks?handle=ada").int(at: "currentStreak") == 3)
            let again = try await service.post("/api/streaks", as: "ada", [:])
            #expect(again.int(at: "currentStreak") == 3 && again.int(at: "totalDays") == 3, "\(again)")
            #expect(again.string(at: "message") != nil && again.value(at: "milestone")?.isNull == true)
            #expect(try await service.undocumented(again, "post", "/api/streaks").isEmpty)
            try await service.settled()
            #expect(try await service.get("/api/streaks?handle=ada").int(at: "totalDays") == 3)

            #expect(try await service.post("/api/streaks", as: "ada", ["handle": "eve"]).status == 403)
            #expect(try await service.post("/api/streaks", ["handle": "ada"]).status == 401)
            #expect(try await service.value("SELECT count(*) FROM streaks WHERE username = 'eve'") == 0)
        }
    }

    @Test("The same Idempotency-Key gives the same check-in again")
    func idempotency() async throws {
        try await withActivity { service, _ in
            for _ in 1...2 {
                let answer = try await service.client.post(
                    "/api/streaks",
                    token: service.service.token(of: "ada"),
                    headers: [("Idempotency-Key", "today")],
                    json: ["handle": "ada"]
                )
                #expect(answer.int(at: "currentStreak") == 1 && answer.value(at: "message") == nil, "\(answer)")
            }
        }
    }

    @Test("The other generation's streak: badges, active days, days until the badge")
    func growth() async throws {
        try await withActivity { service, events in
            try await events.raise((2...7).map { active("ada", "2026-01-0\($0)") })
            try await service.settled()
            let before = try await service.get("/api/growth/streak?user=ada")
            #expect(before.int(at: "streak.current") == 6 && before.int(at: "daysUntilBadge") == 1, "\(before)")
            #expect(before.count(at: "streak.badges") == 0 && before.count(at: "streak.activeDays") == 6)
            let grown = try await service.post("/api/growth/streak", as: "ada", ["user": "ada", "activity": "ship"])
            #expect(grown.int(at: "streak.current") == 7, "\(grown)")
            #expect(grown.string(at: "newBadge") == "verified_builder")
            #expect(grown.string(at: "streak.activeDays[6]") == "2026-01-08")
            let again = try await service.post("/api/growth/streak", as: "ada", ["user": "ada"])
            #expect(again.value(at: "newBadge") == nil && again.int(at: "streak.current") == 7, "\(again)")
            #expect(again.string(at: "streak.badges[0]") == "verified_builder")
            // An unposted ship is none.
            try await service.settled()
            #expect(try await service.value("SELECT count(*) FROM activity_totals WHERE ships > 0") == 0)
            for (answer, method) in [(before, "get"), (grown, "post"), (again, "post")] {
                #expect(try await service.undocumented(answer, method, "/api/growth/streak").isEmpty)
            }
        }
    }

    @Test("The calendar shows a year's active days with what was done, and the days a freeze saved")
    func calendar() async throws {
        try await withActivity { service, events in
            try await events.raise(
                ["2025-12-30", "2025-12-31", "2026-01-02", "2026-01-03"].map { active("ada", $0) }
                    + [message("ada", "2026-01-03"), message("ada", "2026-01-03")]
            )
            try await service.settled()
            let year = try await service.get("/api/streaks/ada/calendar")
            #expect(year.int(at: "year") == 2026 && year.strings("days", "date") == ["2026-01-02", "2026-01-03"])
            #expect(year.int(at: "days[1].messages") == 2 && year.int(at: "days[1].points") == 3, "\(year)")
            #expect(year.string(at: "frozen[0]") == "2026-01-01" && year.count(at: "frozen") == 1)
            let last = try await service.get("/api/streaks/ada/calendar?year=2025")
            #expect(last.int(at: "activeDays") == 2 && last.count(at: "frozen") == 0, "\(last)")
            _ = try await service.post("/api/streaks", as: "ada", [:])
            #expect(
                try await service.get("/api/streaks/ada/calendar").strings("days", "date").last == "2026-01-08"
            )
            #expect(try await service.get("/api/streaks/nobody/calendar").int(at: "activeDays") == 0)
            for answer in [year, last] {
                #expect(try await service.undocumented(answer, "get", "/api/streaks/{handle}/calendar").isEmpty)
            }
        }
    }

    @Test("A streak leaves the board at its owner's midnight, not at the service's, and returns with a late day")
    func expiry() async throws {
        let clock = ManualClock()
        try await withActivity(clock: clock) { service, events in
            // In Auckland it is the 9th already. Freezes of January are spent.
            let spent = ["2026-01-02", "2026-01-04"]
            try await events.raise(spent.map { active("ada", $0) } + spent.map { active("kiwi", $0) })
            try await events.raise([
                active("ada", "2026-01-07"), active("ada", "2026-01-08"),
                active("kiwi", "2026-01-08"), active("kiwi", "2026-01-09"),
            ])
            try await service.settled()
            #expect(try await service.scores(.streaks) == ["ada": 2, "kiwi": 2])
            // 2026-01-10 11:00Z is midnight after kiwi's 10th.
            clock.advance(by: .seconds((24 + 18) * 3_600 + 59 * 60))
            #expect(try await service.get("/api/streaks?handle=kiwi").int(at: "currentStreak") == 2)
            clock.advance(by: .seconds(14 * 60))
            try await eventually("kiwi's streak is over, and ada's too") {
                try await service.scores(.streaks).isEmpty
            }
            #expect(try await service.wrongCounts().isEmpty)
            let over = try await service.get("/api/streaks?handle=kiwi")
            #expect(over.int(at: "currentStreak") == 0 && over.bool(at: "isActive") == false, "\(over)")
            #expect(over.int(at: "longestStreak") == 2)
            #expect(try await service.get("/api/streaks").count(at: "leaderboard") == 0)
            // What kiwi did on the 10th was told late.
            try await events.raise([active("kiwi", "2026-01-10")])
            try await service.settled()
            #expect(try await service.scores(.streaks) == ["kiwi": 3])
        }
    }

    @Test("A missed day with a freeze left: the streak goes on for a day more")
    func frozen() async throws {
        let clock = ManualClock()
        try await withActivity(clock: clock) { service, events in
            try await events.raise([active("ada", "2026-01-07"), active("ada", "2026-01-08")])
            try await service.settled()
            // The 10th, 23:59: the 9th is missed.
            clock.advance(by: .seconds((24 + 31) * 3_600 + 59 * 60))
            #expect(try await service.get("/api/streaks?handle=ada").int(at: "currentStreak") == 2)
            #expect(try await service.value("SELECT count(*) FROM streaks WHERE expires_at > '2026-01-10 23:59Z'") == 1)
            let saved = try await service.post("/api/streaks", as: "ada", [:])
            #expect(saved.int(at: "currentStreak") == 3, "\(saved)")
            #expect(try await service.get("/api/streaks?handle=ada").string(at: "freeze.usedOn") == "2026-01-09")
            try await service.settled()
            clock.advance(by: .seconds(48 * 3_600 + 120))
            try await eventually("it is over") { try await service.scores(.streaks).isEmpty }
        }
    }

    @Test("Who moves to another time zone has their midnight there")
    func timeZone() async throws {
        let (mover, standIns, events) = (Mover(), StandIns(), StandInEvents())
        let modules: [any FeatureModule] = [mover, standIns, EngagementModule(), events]
        try await withTestService(modules: modules, clock: ManualClock()) { running in
            let service = EngagementService(service: running, kernel: try #require(standIns.services))
            let expiry: PostgresQuery = "SELECT extract(epoch FROM expires_at)::int8 FROM streaks"
            try await events.raise([active("ada", "2026-01-08")])
            try await service.settled()
            let before = try await service.value(expiry)
            mover.directory.move(to: "Asia/Tokyo")
            try await events.raise([ProfileChanged(handle: "ada")])
            try await service.settled()
            #expect(try await service.value(expiry) == before - 9 * 3_600)
            #expect(try await service.value("SELECT current_streak FROM streaks") == 1)
        }
    }

    @Test(
        "The midnight is that of the day's end, wherever and whenever clocks change",
        arguments: [
            ("UTC", "2026-01-08", "2026-01-09T00:00:00"), ("Pacific/Auckland", "2026-01-08", "2026-01-08T11:00:00"),
            ("America/New_York", "2026-03-07", "2026-03-08T05:00:00"),
            ("America/New_York", "2026-03-08", "2026-03-09T04:00:00"),
            ("Europe/Berlin", "2026-10-25", "2026-10-25T23:00:00"),
            ("Asia/Kolkata", "2026-01-08", "2026-01-08T18:30:00"),
            ("Pacific/Kiritimati", "2026-01-08", "2026-01-08T10:00:00"),
            ("Etc/GMT+12", "2026-01-08", "2026-01-09T12:00:00"),
            // Midnight does not exist: the clock goes from 23:59 to 01:00.
            ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00"),
        ]
    )
    func midnight(zone: String, last: String, expected: String) throws {
        let person = Person(handle: "ada", shown: "ada", kind: .human, timeZone: zone)
        let end = StreakExpiry.end(of: try day(last), for: person, MovingDirectory(zone: zone))
        #expect(Timestamp.format(end.microseconds) == expected + ".000000Z")
    }
}
