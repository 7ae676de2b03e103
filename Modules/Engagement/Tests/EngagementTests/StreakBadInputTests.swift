import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Bad input about streaks, achievements and leaderboards", .serialized)
struct StreakBadInputTests {
    private static let bodies: [(method: String, path: String, body: String, field: String?)] =
        ["{", "[]", "nonsense", "\"x\""].flatMap { body in
            [
                ("POST", "/api/streaks", body, nil), ("POST", "/api/growth/streak", body, nil),
                ("PATCH", "/api/achievements", body, nil),
            ]
        } + [
            ("POST", "/api/streaks", #"{"handle":7}"#, "handle"),
            ("POST", "/api/streaks", #"{"handle":["ada"]}"#, "handle"),
            ("POST", "/api/streaks", #"{"handle":""}"#, "handle"),
            ("POST", "/api/streaks", #"{"handle":"a b"}"#, "handle"),
            ("POST", "/api/streaks", #"{"handle":"a\u0000b"}"#, "handle"),
            ("POST", "/api/streaks", #"{"handle":"ad\ud800a"}"#, "handle"),
            ("POST", "/api/streaks", #"{"handle":"12345"}"#, "handle"),
            ("POST", "/api/streaks", #"{"handle":"\#(String(repeating: "n", count: 33))"}"#, "handle"),
            ("POST", "/api/growth/streak", #"{"user":true}"#, "user"),
            ("POST", "/api/growth/streak", #"{"user":"ada","activity":7}"#, "activity"),
            ("POST", "/api/growth/streak", #"{"activity":"\#(String(repeating: "x", count: 101))"}"#, "activity"),
            ("PATCH", "/api/achievements", "{}", "showcase"),
            ("PATCH", "/api/achievements", #"{"showcase":null}"#, "showcase"),
            ("PATCH", "/api/achievements", #"{"showcase":"first_day"}"#, "showcase"),
            ("PATCH", "/api/achievements", #"{"showcase":{"a":1}}"#, "showcase"),
            ("PATCH", "/api/achievements", #"{"showcase":[7]}"#, "showcase"),
            ("PATCH", "/api/achievements", #"{"showcase":["first_day","first_day"]}"#, "showcase"),
            ("PATCH", "/api/achievements", #"{"showcase":["a\u0000"]}"#, "showcase"),
            ("PATCH", "/api/achievements", #"{"showcase":["no_such"]}"#, "showcase"),
            ("PATCH", "/api/achievements", #"{"showcase":["a","b","c","d","e","f","g"]}"#, "showcase"),
        ]

    @Test("What is wrong is refused with its name, and nothing is written")
    func bodies() async throws {
        try await withActivity { service, _ in
            for bad in Self.bodies {
                let answer = try await service.send(bad.method, bad.path, as: "ada", raw: bad.body)
                #expect(answer.status == 400, "\(bad): \(answer)")
                #expect(answer.string(at: "field") == bad.field, "\(bad): \(answer)")
                #expect(answer.string(at: "error") != nil)
            }
            #expect(try await service.value("SELECT count(*) FROM activity_inbox") == 0)
            #expect(try await service.value("SELECT count(*) FROM streaks") == 0)
        }
    }

    @Test(
        "Queries that make no sense are 4xx and name the parameter",
        arguments: [
            ("/api/streaks?handle=a%20b", 400, "handle"), ("/api/streaks?handle=ada%00", 400, "handle"),
            ("/api/streaks?handle=%FF", 400, "handle"), ("/api/streaks?limit=ten", 400, "limit"),
            ("/api/streaks?limit=99999999999999999999", 400, "limit"), ("/api/streaks?cursor=zzz", 400, "cursor"),
            ("/api/streaks?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTkKYQ", 400, "cursor"),
            ("/api/streaks/!/calendar", 400, "handle"), ("/api/streaks/ada%00/calendar", 400, "handle"),
            ("/api/streaks/ada/calendar?year=soon", 400, "year"), ("/api/growth/streak", 400, "user"),
            ("/api/growth/streak?user=!", 400, "user"), ("/api/growth/leaderboard?cursor=x", 400, "cursor"),
            ("/api/growth/leaderboard?limit=x", 400, "limit"), ("/api/leaderboards/nonsense", 404, nil),
            ("/api/leaderboards/streaks?window=year", 400, "window"),
            ("/api/leaderboards/streaks?cursor=OTk5", 400, "cursor"), ("/api/achievements?user=!", 400, "user"),
            ("/api/achievements/12345", 400, "handle"),
        ] as [(String, Int, String?)]
    )
    func queries(path: String, status: Int, field: String?) async throws {
        try await withActivity { service, _ in
            let answer = try await service.get(path)
            #expect(answer.status == status, "\(answer)")
            #expect(answer.string(at: "field") == field, "\(answer)")
        }
    }

    @Test("A year out of range counts as the nearest; a far place in a list leads to its end")
    func extremes() async throws {
        try await withActivity { service, _ in
            #expect(try await service.get("/api/streaks/ada/calendar?year=0").int(at: "year") == 1970)
            #expect(try await service.get("/api/streaks/ada/calendar?year=99999").int(at: "year") == 9998)
            for score in [Int64.min, -1, 0, .max] {
                let cursor = Cursor(["\(score)", "a\u{202E}"]).text
                let answer = try await service.get("/api/leaderboards/streaks?cursor=\(cursor)")
                #expect(answer.status == 200, "\(answer)")
            }
        }
    }
}
