import Postgres
import Testing

@testable import Messaging

@Suite("Texts and times of lists")
struct TextTests {
    @Test("Previews are cut between characters, counted in UTF-16 units")
    func previews() {
        #expect(Preview.make(nil) == "")
        #expect(Preview.make("short") == "short")
        #expect(Preview.make(String(repeating: "x", count: 201)).utf16.count == 200)
        let family = "👨‍👩‍👧"
        #expect(Preview.make(String(repeating: family, count: 30)) == String(repeating: family, count: 25))
        #expect(Preview.make(String(repeating: "ü", count: 150)) == String(repeating: "ü", count: 150))
        #expect(Preview.line("fifty") == "fifty")
        #expect(Preview.line(String(repeating: "y", count: 51)) == String(repeating: "y", count: 50) + "...")
    }

    @Test(
        "Times in words",
        arguments: [
            (-5, "just now"), (59, "just now"), (60, "1m ago"), (3_599, "59m ago"), (3_600, "1h ago"),
            (86_399, "23h ago"), (86_400, "1d ago"), (8_640_000, "100d ago"),
        ]
    )
    func timeAgo(seconds: Int64, text: String) {
        let now = PostgresTimestamp(microseconds: 1_767_888_000_000_000)
        let then = PostgresTimestamp(microseconds: now.microseconds - seconds * 1_000_000)
        #expect(TimeAgo.text(then, now: now) == text)
    }

    @Test("Groups follow the owner's calendar, through changes of the clocks")
    func groups() {
        /// 2026-03-30T10:00:00Z, the day after Berlin's clocks went forward.
        let now = PostgresTimestamp(microseconds: 1_774_864_800_000_000)
        func group(_ zone: String, _ seconds: Int64) -> String {
            RecencyGroups(now: now, timeZone: zone).name(of: PostgresTimestamp(microseconds: seconds * 1_000_000))
        }
        let midnightUTC: Int64 = 1_774_828_800
        #expect(group("UTC", midnightUTC) == "today")
        #expect(group("UTC", midnightUTC - 1) == "yesterday")
        #expect(group("UTC", midnightUTC - 86_401) == "this week")
        #expect(group("UTC", midnightUTC - 6 * 86_400 - 1) == "earlier")
        #expect(group("Nowhere/Atlantis", midnightUTC - 1) == "yesterday")
        // Berlin's today began at 22:00 UTC, its yesterday at 23:00 UTC the day before.
        #expect(group("Europe/Berlin", midnightUTC - 7_200) == "today")
        #expect(group("Europe/Berlin", midnightUTC - 7_201) == "yesterday")
        #expect(group("Europe/Berlin", midnightUTC - 86_400 - 3_600) == "yesterday")
        #expect(group("Europe/Berlin", midnightUTC - 86_400 - 3_601) == "this week")
    }

    @Test("Ids that clients may choose")
    func ids() {
        for good in ["a", "msg_0123456789abcdef01234567", "A.b:c-d_e", String(repeating: "x", count: 64)] {
            #expect(MessageID.isWellFormed(good))
        }
        for bad in ["", " ", "a/b", "ä", "a\n", String(repeating: "x", count: 65)] {
            #expect(!MessageID.isWellFormed(bad))
        }
    }

    @Test("A thread has one name, from both sides")
    func threadID() {
        #expect(PeerText.threadID("bob", "ada") == "ada:bob")
        #expect(PeerText.threadID("ada", "bob") == "ada:bob")
        #expect(PeerText.threadID("ada", "ada") == "ada:ada")
    }
}
