import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Consent")
struct ConsentTests {
    @Test("A request waits with its message until it is accepted, in both directions")
    func requestAndAccept() async throws {
        let clock = ManualClock()
        try await withSocialGraph(clock: clock) { service in
            let asked = try await service.consent("request", "ada", from: "ada", to: "@Grace-H", message: "tea?")
            #expect(asked.string(at: "status") == "pending")
            #expect(asked.string(at: "to") == "grace-h")
            clock.advance(by: .seconds(1))
            let again = try await service.consent("request", "ada", from: "ada", to: "grace-h", message: "again")
            #expect(again.string(at: "status") == "pending")

            let list = try await service.call(.get, "/api/consent?user=ada", as: "grace_h")
            #expect(list.strings("pending", "from") == ["ada"])
            #expect(list.string(at: "pending[0].message") == "tea?")
            #expect(list.string(at: "pending[0].requestedAt") == "2026-01-08T16:00:00.000000Z")
            #expect(try await service.call(.get, "/api/consent", as: "ada").int(at: "count") == 0)

            #expect(try await service.consent("accept", "grace_h", from: "ada", to: "grace-h").status == 200)
            #expect(try await service.statuses("ada", "grace_h") == ["accepted", "accepted"])
            #expect(try await service.call(.get, "/api/consent", as: "grace_h").int(at: "count") == 0)
            let between = try await service.call(.get, "/api/consent?from=ada&to=grace-h", as: "ada")
            #expect(between.string(at: "requestedAt") == "2026-01-08T16:00:00.000000Z")
            #expect(between.string(at: "respondedAt") == "2026-01-08T16:00:01.000000Z")
            let late = try await service.consent("request", "ada", from: "ada", to: "grace-h")
            #expect(late.string(at: "status") == "accepted")
        }
    }

    @Test("Whoever acts is the token's owner, named first or second")
    func orientations() async throws {
        try await withSocialGraph { service in
            // As /vibe's own clients send it, and as airc-channel does.
            for (from, to) in [("eve", "ada"), ("ada", "eve")] {
                try await service.consent("request", "eve", from: "eve", to: "ada")
                let accepted = try await service.consent("accept", "ada", from: from, to: to)
                #expect(accepted.string(at: "status") == "accepted")
                #expect(accepted.string(at: "from") == "eve")
                let blocked = try await service.consent("block", "ada", from: from, to: to)
                #expect(blocked.string(at: "status") == "blocked")
                let list = try await service.call(.get, "/api/consent?status=blocked", as: "ada")
                #expect(list.strings("blocked", "handle") == ["eve"])
                #expect(
                    try await service.call(.get, "/api/consent?status=blocked", as: "eve").count(at: "blocked") == 0
                )
                let free = try await service.consent("unblock", "ada", from: from, to: to)
                #expect(free.string(at: "status") == "none")
            }
            // One name is enough.
            let alone = try await service.call(.post, "/api/consent", as: "ada", ["action": "block", "to": "eve"])
            #expect(alone.string(at: "status") == "blocked")
        }
    }

    @Test("Nobody acts for somebody else, or reads what is others'")
    func others() async throws {
        try await withSocialGraph { service in
            for action in ["request", "accept", "block", "unblock"] {
                #expect(try await service.consent(action, "bot", from: "eve", to: "ada").status == 403)
                #expect(try await service.consent(action, nil, from: "eve", to: "ada").status == 401)
                #expect(try await service.consent(action, "ada", from: "ada", to: "ada").status == 400)
            }
            #expect(try await service.consent("request", "ada", from: "eve", to: "ada").status == 403)
            #expect(try await service.call(.get, "/api/consent?from=eve&to=ada", as: "bot").status == 403)
            #expect(try await service.call(.get, "/api/consent?from=eve&to=ada").status == 401)
            #expect(try await service.call(.get, "/api/consent").status == 401)
            let nothing = try await service.consent("accept", "ada", from: "eve", to: "ada")
            #expect(nothing.status == 400)
            #expect(nothing.string(at: "code") == "no_request")
            #expect(try await service.value("SELECT count(*) FROM user_connections") == 0)
        }
    }

    @Test("A request to oneself cannot be accepted by the one who asked")
    func ownRequest() async throws {
        try await withSocialGraph { service in
            try await service.consent("request", "eve", from: "eve", to: "ada")
            #expect(try await service.consent("accept", "eve", from: "eve", to: "ada").status == 400)
            #expect(try await service.statuses("eve", "ada") == ["pending", "none"])
        }
    }

    @Test("Two who ask each other have consented")
    func mutual() async throws {
        try await withSocialGraph { service in
            try await service.consent("request", "eve", from: "eve", to: "ada")
            let answer = try await service.consent("request", "ada", from: "ada", to: "eve")
            #expect(answer.string(at: "status") == "accepted")
            #expect(answer.string(at: "from") == "ada")
            #expect(try await service.statuses("eve", "ada") == ["accepted", "accepted"])
        }
    }

    @Test("A block shows in both directions, ends what there was, and is only its maker's to take back")
    func block() async throws {
        try await withSocialGraph { service in
            try await service.consent("request", "eve", from: "eve", to: "ada")
            try await service.consent("accept", "ada", from: "eve", to: "ada")
            try await service.call(.post, "/api/follow", as: "eve", ["following": "ada"])
            try await service.call(.post, "/api/follow", as: "ada", ["following": "eve"])
            for (one, other) in [("ada", "eve"), ("eve", "ada")] {
                try await service.call(.post, "/api/friends", as: one, ["to": .string(other)])
            }
            let stranger = try await service.consent("block", "ada", from: "eve", to: "ada")
            #expect(stranger.string(at: "status") == "blocked")
            for path in ["from=eve&to=ada", "from=ada&to=eve"] {
                for reader in ["ada", "eve"] {
                    let answer = try await service.call(.get, "/api/consent?\(path)", as: reader)
                    #expect(answer.string(at: "status") == "blocked")
                }
            }
            let none = "SELECT (SELECT count(*) FROM friends) + (SELECT count(*) FROM follows)"
            #expect(try await service.value(PostgresQuery(sql: none)) == 0)
            let counts = "SELECT sum(abs(followers) + abs(following) + abs(friends)) FROM social_counts"
            #expect(try await service.value(PostgresQuery(sql: counts)) == 0)

            for action in ["request", "accept"] {
                let answer = try await service.consent(action, "eve", from: "eve", to: "ada")
                #expect(answer.status == 403, "\(answer)")
                #expect(answer.string(at: "error") == "consent_blocked")
            }
            #expect(try await service.consent("unblock", "eve", from: "ada", to: "eve").status == 200)
            #expect(try await service.statuses("eve", "ada") == ["blocked", "none"])
            #expect(try await service.consent("request", "ada", from: "ada", to: "eve").status == 403)

            // Both may block each other; one's unblocking leaves the other's block.
            try await service.consent("block", "eve", from: "ada", to: "eve")
            try await service.consent("unblock", "ada", from: "eve", to: "ada")
            #expect(try await service.statuses("eve", "ada") == ["none", "blocked"])
            #expect(
                try await service.call(.get, "/api/consent?from=eve&to=ada", as: "ada").string(at: "status")
                    == "blocked"
            )
        }
    }

    @Test("Accepting whom one has blocked takes the block back")
    func acceptBlocked() async throws {
        try await withSocialGraph { service in
            try await service.consent("block", "ada", from: "eve", to: "ada")
            #expect(
                try await service.consent("accept", "ada", from: "eve", to: "ada").string(at: "status") == "accepted"
            )
            #expect(try await service.statuses("eve", "ada") == ["accepted", "accepted"])
        }
    }

    @Test("Names that nobody has can be asked and blocked, and look like others")
    func unknown() async throws {
        try await withSocialGraph { service in
            let asked = try await service.consent("request", "ada", from: "ada", to: "new-here")
            #expect(asked.status == 200)
            #expect(asked.string(at: "to") == "new-here")
            #expect(try await service.consent("block", "ada", from: "other-one", to: "ada").status == 200)
        }
    }

    @Test("Requests are paged, the latest first, each once")
    func paging() async throws {
        let clock = ManualClock()
        try await withSocialGraph(clock: clock) { service in
            for name in ["eve", "bot", "grace_h"] {
                try await service.consent("request", name, from: name, to: "ada")
                if name == "bot" { clock.advance(by: .seconds(1)) }
            }
            var found: [String] = []
            var path = "/api/consent?limit=1"
            while true {
                let page = try await service.call(.get, path, as: "ada")
                found += page.strings("pending", "from")
                guard let next = page.string(at: "next") else { break }
                path = "/api/consent?limit=1&cursor=\(next)"
            }
            #expect(found == ["grace-h", "bot", "eve"])
        }
    }

    @Test("Every change stands in the ledger: who, what, when; and stays there")
    func ledger() async throws {
        let clock = ManualClock()
        try await withSocialGraph(clock: clock) { service in
            for (action, who) in [("request", "eve"), ("request", "eve"), ("accept", "ada"), ("block", "ada")] {
                try await service.consent(action, who, from: "eve", to: "ada")
                clock.advance(by: .seconds(1))
            }
            try await service.consent("block", "ada", from: "eve", to: "ada")
            try await service.consent("unblock", "ada", from: "eve", to: "ada")
            let rows = try await service.database.read(
                """
                SELECT CASE actor WHEN 'sender' THEN from_user ELSE to_user END, from_user, was, became
                FROM connection_ledger
                ORDER BY id
                """
            )
            #expect(
                rows.map { [$0.string(0), $0.string(1), $0.string(2), $0.string(3)].joined(separator: " ") } == [
                    "eve eve none pending", "ada eve pending accepted", "ada ada none accepted",
                    "ada eve accepted blocked", "ada ada accepted none", "ada eve blocked none",
                ]
            )
            #expect(try await service.value("SELECT count(DISTINCT at) FROM connection_ledger") == 4)
            for statement in ["DELETE FROM connection_ledger", "UPDATE connection_ledger SET became = 'none'"] {
                await #expect(throws: PostgresError.self) {
                    try await service.database.write(PostgresQuery(sql: statement))
                }
            }
        }
    }

    @Test("A repeated request with the same Idempotency-Key asks once")
    func idempotency() async throws {
        try await withSocialGraph { service in
            for _ in 1...2 {
                let answer = try await service.client.post(
                    "/api/consent",
                    token: service.token(of: "ada"),
                    headers: [("Idempotency-Key", "ask-eve")],
                    json: ["action": "request", "from": "ada", "to": "eve"]
                )
                #expect(answer.string(at: "status") == "pending")
            }
            #expect(try await service.value("SELECT count(*) FROM connection_ledger") == 1)
        }
    }
}

extension TestService {
    /// Changes consent as a person, and checks the answer against the API document.
    @discardableResult
    func consent(_ action: String, _ who: String?, from: String, to: String, message: String? = nil) async throws
        -> HTTPAnswer
    {
        var body: [(String, JSON)] = [("action", .string(action)), ("from", .string(from)), ("to", .string(to))]
        if let message { body.append(("message", .string(message))) }
        return try await call(.post, "/api/consent", as: who, .object(body))
    }

    /// What is stored of both directions; `none` where there is no row.
    func statuses(_ from: String, _ to: String) async throws -> [String] {
        let store = PostgresConsentStore(database: database)
        let pair = try await store.pair(OrderedPair(from: from, to: to))
        return [pair.forward.status.rawValue, pair.backward.status.rawValue]
    }
}
