import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Invites", .serialized)
struct InviteTests {
    @Test("A code is made, shown to its owner, checked by anybody, and redeemed for a token")
    func life() async throws {
        let redeemed = EventNotes<InviteRedeemed>()
        try await withEngagement(
            settings: ["server.public_url": "https://vibe.example"],
            clock: ManualClock(),
            extra: [redeemed]
        ) { service in
            let made = try await service.post("/api/invites", as: "grace_h", ["handle": "grace-h"])
            #expect(made.status == 200)
            #expect(try await service.undocumented(made, "post", "/api/invites").isEmpty)
            let code = try #require(made.string(at: "code"))
            #expect(code.hasSuffix("-GRAC"))
            #expect(made.string(at: "expires_at") == "2026-02-07T16:00:00.000000Z")
            #expect(made.int(at: "remaining") == 0)
            #expect(made.string(at: "share_url") == "https://vibe.example/invite/\(code)")

            let check = try await service.get("/api/invites?code=%20\(code.lowercased())%20")
            #expect(try await service.undocumented(check, "get", "/api/invites").isEmpty)
            #expect(check.bool(at: "valid") == true)
            #expect(check.string(at: "inviter") == "grace-h")

            let answer = try await service.post(
                "/api/invites/redeem",
                ["code": .string(code), "handle": "@New-One", "one_liner": "tea"]
            )
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "post", "/api/invites/redeem").isEmpty)
            #expect(answer.string(at: "handle") == "new-one")
            #expect(answer.string(at: "inviter") == "grace-h")
            let token = try #require(answer.string(at: "token"))
            #expect(try await service.client.get("/api/invites/my", token: token).status == 200)
            try await eventually("the event arrived") {
                redeemed.events == [InviteRedeemed(inviter: "grace_h", invitee: "new_one")]
            }

            let own = try await service.get("/api/invites/my?handle=grace-h", as: "grace_h")
            #expect(try await service.undocumented(own, "get", "/api/invites/my").isEmpty)
            #expect(own.strings("codes", "status") == ["available", "used"])
            #expect(own.bool(at: "codes[0].bonus") == true)
            #expect(own.string(at: "codes[1].used_by") == "new-one")
            #expect(own.value(at: "codes[1].share_url")?.isNull == true)
            let used = try await service.get("/api/invites?code=\(code)")
            #expect(used.status == 200)
            #expect(used.bool(at: "valid") == false)
            #expect(try await service.undocumented(used, "get", "/api/invites").isEmpty)
        }
    }

    @Test("Making and reading codes needs the token of that handle")
    func access() async throws {
        try await withEngagement { service in
            let nobody = try await service.post("/api/invites", ["handle": "ada"])
            #expect(nobody.status == 401)
            #expect(try await service.post("/api/invites", as: "eve", ["handle": "ada"]).status == 403)
            #expect(try await service.get("/api/invites/my?handle=ada").status == 401)
            #expect(try await service.get("/api/invites/my?handle=ada", as: "eve").status == 403)
            #expect(try await service.value("SELECT count(*) FROM invites") == 0)
        }
    }

    @Test("Everybody has one unused code; of many wishes at once, one is granted")
    func allowance() async throws {
        try await withEngagement { service in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 1...6 {
                    tasks.addTask { try await service.post("/api/invites", as: "ada", [:]).status }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 400, 400, 400, 400, 400])
            let refused = try await service.post("/api/invites", as: "ada", [:])
            #expect(refused.string(at: "code") == "invite_limit")
            #expect(refused.int(at: "max_codes") == 1)
            #expect(refused.int(at: "unused") == 1)
            #expect(try await service.get("/api/invites/my", as: "ada").bool(at: "can_generate") == false)
        }
    }

    @Test("Of two who redeem a code at once, one comes in and the other claims nothing")
    func race() async throws {
        try await withEngagement { service in
            let code = try await service.newInvite(of: "ada")
            let names = ["one", "two", "three", "four"]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for name in names {
                    tasks.addTask {
                        try await service.post(
                            "/api/invites/redeem",
                            ["code": .string(code), "handle": .string(name)]
                        ).status
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 400, 400, 400])
            #expect(try await service.value("SELECT count(*) FROM handles WHERE handle = ANY (\(names))") == 1)
            #expect(try await service.value("SELECT invited FROM inviters WHERE handle = 'ada'") == 1)
            #expect(try await service.value("SELECT count(*) FROM invites WHERE is_bonus") == 1)
        }
    }

    @Test("A taken name leaves the code as it was")
    func takenName() async throws {
        try await withEngagement { service in
            let code = try await service.newInvite(of: "ada")
            let answer = try await service.post("/api/invites/redeem", ["code": .string(code), "handle": "eve"])
            #expect(answer.status == 409)
            #expect(answer.string(at: "token") == nil)
            #expect(try await service.get("/api/invites?code=\(code)").bool(at: "valid") == true)
            #expect(try await service.value("SELECT count(*) FROM invites") == 1)
        }
    }

    @Test("A code is good for thirty days, and forgotten thirty days later")
    func expiry() async throws {
        let clock = ManualClock()
        try await withEngagement(clock: clock) { service in
            let code = try await service.newInvite(of: "ada")
            clock.advance(by: .seconds(30 * 86_400))
            let check = try await service.get("/api/invites?code=\(code)")
            #expect(check.bool(at: "valid") == false)
            let answer = try await service.post("/api/invites/redeem", ["code": .string(code), "handle": "late"])
            #expect(answer.status == 400)
            #expect(answer.string(at: "code") == "invite_not_usable")
            let own = try await service.get("/api/invites/my", as: "ada")
            #expect(own.strings("codes", "status") == ["expired"])
            #expect(own.bool(at: "can_generate") == true)
            #expect(try await service.post("/api/invites", as: "ada", [:]).status == 200)
            try await PostgresInviteStore(database: service.database).forget(expiredBefore: clock.now.adding(days: 1))
            #expect(try await service.get("/api/invites?code=\(code)").status == 404)
            #expect(try await service.value("SELECT count(*) FROM invites") == 1)
        }
    }

    @Test("Ten bonus codes and no more, used codes in pages")
    func bonuses() async throws {
        let clock = ManualClock()
        try await withEngagement(clock: clock) { service in
            var codes = [try await service.newInvite(of: "ada")]
            for number in 1...12 {
                clock.advance(by: .seconds(1))
                if codes.isEmpty { codes.append(try await service.newInvite(of: "ada")) }
                let answer = try await service.post(
                    "/api/invites/redeem",
                    ["code": .string(codes.removeFirst()), "handle": .string("guest_\(number)")]
                )
                #expect(answer.status == 200)
                codes = try await service.get("/api/invites/my?limit=1", as: "ada").available
            }
            #expect(try await service.value("SELECT bonuses FROM inviters WHERE handle = 'ada'") == 10)
            #expect(try await service.value("SELECT invited FROM inviters WHERE handle = 'ada'") == 12)
            var guests: [String] = []
            var cursor: String?
            repeat {
                let page = try await service.get(
                    "/api/invites/my?limit=5" + (cursor.map { "&cursor=\($0)" } ?? ""),
                    as: "ada"
                )
                guests += page.strings("codes", "used_by")
                cursor = page.string(at: "next")
            } while cursor != nil
            #expect(guests == (1...12).reversed().map { "guest_\($0)" })
        }
    }

    @Test("Founders may have three codes")
    func founders() async throws {
        try await withTestService(
            modules: [
                StandInIdentity(people), StandIns(), Founders(handles: ["ada"]), EngagementModule(),
            ]
        ) { service in
            for expected in [200, 200, 200, 400] {
                let answer = try await service.client.post("/api/invites", token: service.token(of: "ada"), json: [:])
                #expect(answer.status == expected, "\(answer)")
            }
        }
    }

    @Test("A code's page is escaped and allows nothing to run; used and unknown codes have one too")
    func page() async throws {
        try await withEngagement { service in
            let code = try await service.newInvite(of: "grace_h")
            let page = try await service.get("/invite/\(code.lowercased())")
            #expect(page.status == 200)
            #expect(page.text.contains("@grace-h"))
            #expect(page.text.contains(code))
            #expect(
                page.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'; style-src 'sha256-") == true
            )
            let unknown = try await service.get("/invite/%3Cscript%3E")
            #expect(unknown.status == 404)
            #expect(unknown.headers["Content-Type"]?.hasPrefix("text/html") == true)
            #expect(!unknown.text.contains("<script"))
            _ = try await service.post("/api/invites/redeem", ["code": .string(code), "handle": "somebody"])
            let used = try await service.get("/invite/\(code)")
            #expect(used.status == 200)
            #expect(used.text.contains("used already"))
            #expect(!used.text.contains("grace"))
        }
    }

    @Test("Codes cannot be found by trying")
    func guessing() async throws {
        try await withEngagement(
            settings: ["engagement.invite_checks_per_minute": "5"],
            clock: ManualClock(at: farAhead)
        ) { service in
            for path in ["/api/invites?code=VIBE-AAAA-ADA", "/invite/VIBE-AAAB-ADA", "/api/invites?code=x"] {
                #expect(try await service.get(path).status == 404)
            }
            for _ in 1...2 {
                let answer = try await service.post(
                    "/api/invites/redeem",
                    ["code": "VIBE-AAAC-ADA", "handle": "thief"]
                )
                #expect(answer.status == 404)
            }
            #expect(try await service.get("/api/invites?code=VIBE-AAAD-ADA").status == 429)
            #expect(try await service.get("/invite/VIBE-AAAD-ADA").status == 429)
            let redeem = try await service.post("/api/invites/redeem", ["code": "VIBE-AAAC-ADA", "handle": "thief"])
            #expect(redeem.status == 429)
        }
    }

    @Test("The answer with a token is given once, whatever the Idempotency-Key")
    func secret() async throws {
        try await withEngagement { service in
            let code = try await service.newInvite(of: "ada")
            var statuses: [Int] = []
            for _ in 1...2 {
                let answer = try await service.client.post(
                    "/api/invites/redeem",
                    headers: [("Idempotency-Key", "redeeming")],
                    json: ["code": .string(code), "handle": "newcomer"]
                )
                statuses.append(answer.status)
            }
            #expect(statuses == [200, 409])
            #expect(try await service.traces(of: "token-of-newcomer").isEmpty)
        }
    }
}

extension EngagementService {
    /// Makes a code.
    func newInvite(of handle: String) async throws -> String {
        let answer = try await post("/api/invites", as: handle, [:])
        return try #require(answer.string(at: "code"), "\(answer)")
    }
}

extension HTTPAnswer {
    /// Codes that can be given away.
    fileprivate var available: [String] {
        value(at: "codes")?.elements.filter { $0["status"]?.string == "available" }.compactMap { $0["code"]?.string }
            ?? []
    }
}

/// Knows who the founders are, in place of Identity.
private struct Founders: FeatureModule, PublicProfiles {
    let handles: Set<String>

    let manifest = ModuleManifest(name: "founders", summary: "Founders, for tests", requires: ["identity"])
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        registrar.provide(self, as: (any PublicProfiles).self)
    }

    func profiles(of keys: some Collection<String> & Sendable) async throws -> [String: PublicProfile] {
        var profiles: [String: PublicProfile] = [:]
        for key in keys where handles.contains(key) {
            profiles[key] = PublicProfile(
                person: Person(handle: key, shown: key, kind: .human),
                building: nil,
                registeredAt: PostgresTimestamp(microseconds: 0),
                lastActiveAt: nil,
                genesisNumber: 1
            )
        }
        return profiles
    }
}
