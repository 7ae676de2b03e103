import HTTPTypes
import KernelTesting
import Postgres
import ServiceSettings
import Testing

@testable import Kernel

private let rule = RateLimitRule(name: "calls", scope: .principal, setting: "limits.calls", window: 60)

private func services(
    _ database: TestDatabase,
    _ clock: ManualClock,
    limit: Int
) throws -> KernelServices {
    try KernelFixture.services(
        database.client,
        clock: clock.wallClock,
        settings: ["limits.calls": String(limit)],
        declaring: [
            SettingDeclaration(
                key: "limits.calls",
                type: .int(0...1_000),
                default: 0,
                description: "Calls a minute.",
                owner: "test"
            )
        ]
    )
}

@Suite(.serialized) struct RateLimiterTests {
    @Test func allowsTheLimitAndThenOneByOne() async throws {
        try await withTestDatabase(modules: []) { database in
            let clock = ManualClock()
            let limiter = RateLimiter(rules: [rule], services: try services(database, clock, limit: 6))
            for left in (0..<6).reversed() {
                let outcome = limiter.take(rule, subject: "ada")
                #expect(outcome.isAllowed)
                #expect(outcome.remaining == left)
                #expect(outcome.retryAfter == 0)
            }
            let refused = limiter.take(rule, subject: "ada")
            #expect(!refused.isAllowed)
            #expect(refused.retryAfter == 10)
            #expect(refused.resetAfter == 60)
            #expect(refused.reset == clock.now.microseconds / 1_000_000 + 60)
            #expect(limiter.take(rule, subject: "bob").isAllowed)

            clock.advance(by: .milliseconds(9_999))
            #expect(!limiter.take(rule, subject: "ada").isAllowed)
            clock.advance(by: .milliseconds(1))
            #expect(limiter.take(rule, subject: "ada").isAllowed)
            #expect(!limiter.take(rule, subject: "ada").isAllowed)
            clock.advance(by: .seconds(60))
            #expect(limiter.take(rule, subject: "ada").remaining == 5)
        }
    }

    @Test func zeroIsOff() async throws {
        try await withTestDatabase(modules: []) { database in
            let limiter = RateLimiter(services: try services(database, ManualClock(), limit: 0))
            for _ in 0..<1_000 { #expect(limiter.take(rule, subject: "ada").isAllowed) }
            #expect(limiter.take(rule, subject: "ada").headerFields.isEmpty)
        }
    }

    @Test func tellsTheClient() async throws {
        try await withTestDatabase(modules: []) { database in
            let clock = ManualClock()
            let limiter = RateLimiter(services: try services(database, clock, limit: 2))
            let reset = clock.now.microseconds / 1_000_000 + 30
            let fields = limiter.take(rule, subject: "ada").headerFields
            let text = fields.map { "\($0.name.rawName): \($0.value)" }
            #expect(
                text == [
                    "X-RateLimit-Limit: 2", "X-RateLimit-Remaining: 1", "X-RateLimit-Reset: \(reset)",
                    #"RateLimit-Policy: "calls";q=2;w=60"#, #"RateLimit: "calls";r=1;t=30"#,
                ]
            )
            _ = limiter.take(rule, subject: "ada")
            let refusal = limiter.take(rule, subject: "ada").refusal
            #expect(refusal.status == .tooManyRequests)
            #expect(refusal.code == "rate_limited")
            #expect(refusal.retryAfter == 30)
            #expect(refusal.extra.first?.0 == "retryAfter")
        }
    }

    @Test func instancesTellEachOther() async throws {
        try await withTestDatabase(modules: []) { database in
            let clock = ManualClock()
            let one = RateLimiter(rules: [rule], services: try services(database, clock, limit: 10))
            let two = RateLimiter(rules: [rule], services: try services(database, clock, limit: 10))
            for _ in 0..<8 { #expect(one.take(rule, subject: "ada").isAllowed) }
            // Far from the limit: nobody else needs to know.
            for _ in 0..<3 { #expect(one.take(rule, subject: "bob").isAllowed) }
            try await one.exchange()
            try await two.exchange()
            #expect(two.take(rule, subject: "ada").remaining == 1)
            #expect(two.take(rule, subject: "bob").remaining == 9)
            // What was told is not told again, and nobody hears of their own.
            try await one.exchange()
            try await two.exchange()
            try await one.exchange()
            #expect(two.take(rule, subject: "ada").remaining == 0)
            try await two.exchange()
            try await one.exchange()
            #expect(!one.take(rule, subject: "ada").isAllowed)
            let stored = try await database.client.read("SELECT rate_limit_usage::text FROM rate_limit_usage")
            #expect(stored.count == 2)
            #expect(stored.allSatisfy { $0.text(0)?.contains("ada") == false })
        }
    }

    @Test func memoryIsBounded() {
        let counter = RateLimitCounter(rule: rule, limit: 10, capacity: 1_600)
        for subject in UInt64(0)..<20_000 {
            _ = counter.take(subject &* 0x9E37_79B9_7F4A_7C15, now: 1_000_000)
        }
        #expect(counter.count <= 1_600)
        #expect(counter.count > 800)
        // A minute later all are full again, and none is remembered.
        _ = counter.collect(now: 62_000_000)
        #expect(counter.count == 0)
    }

    @Test func aSubjectAtItsLimitSurvivesItsOwnShard() {
        let counter = RateLimitCounter(rule: rule, limit: 1, capacity: 16)
        #expect(counter.take(7, now: 1_000_000).isAllowed)
        #expect(!counter.take(7, now: 1_000_000).isAllowed)
    }
}

@Suite(.serialized) struct ExactLimiterTests {
    @Test func countsExactlyAcrossInstances() async throws {
        try await withTestDatabase(modules: []) { database in
            let clock = ManualClock()
            let limiters = try (0..<2).map { _ in ExactLimiter(services: try services(database, clock, limit: 7)) }
            let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<30 {
                    group.addTask { try await limiters[index % 2].take(rule, subject: "10.0.0.1").isAllowed }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(allowed == 7)
            #expect(try await limiters[0].take(rule, subject: "10.0.0.2").remaining == 6)
        }
    }

    @Test func theWindowBeginsWithTheFirstUse() async throws {
        try await withTestDatabase(modules: []) { database in
            let clock = ManualClock()
            let limiter = ExactLimiter(services: try services(database, clock, limit: 2))
            _ = try await limiter.take(rule, subject: "ada")
            clock.advance(by: .seconds(50))
            #expect(try await limiter.take(rule, subject: "ada").remaining == 0)
            let refused = try await limiter.take(rule, subject: "ada")
            #expect(!refused.isAllowed)
            #expect(refused.retryAfter == 10)
            clock.advance(by: .seconds(10))
            let next = try await limiter.take(rule, subject: "ada")
            #expect(next.isAllowed)
            #expect(next.remaining == 1)
            #expect(next.resetAfter == 60)
        }
    }

    @Test func refusedUsesWriteNothing() async throws {
        try await withTestDatabase(modules: []) { database in
            let limiter = ExactLimiter(services: try services(database, ManualClock(), limit: 1))
            _ = try await limiter.take(rule, subject: "ada")
            let version: PostgresQuery = "SELECT xmin::text, used, rate_limit_windows::text FROM rate_limit_windows"
            let before = try await database.client.read(version)[0]
            for _ in 0..<3 { #expect(try await limiter.take(rule, subject: "ada").isAllowed == false) }
            let after = try await database.client.read(version)[0]
            #expect(after.string(0) == before.string(0))
            #expect(after.int64(1) == 1)
            #expect(!after.string(2).contains("ada"))
        }
    }

    @Test func inATransactionItSharesItsFate() async throws {
        struct Undo: Error {}
        try await withTestDatabase(modules: []) { database in
            let limiter = ExactLimiter(services: try services(database, ManualClock(), limit: 1))
            await #expect(throws: Undo.self) {
                try await database.client.transaction { transaction in
                    _ = try await limiter.take(rule, subject: "ada", in: transaction)
                    throw Undo()
                }
            }
            #expect(try await limiter.take(rule, subject: "ada").isAllowed)
        }
    }

    @Test func zeroIsOffAndWritesNothing() async throws {
        try await withTestDatabase(modules: []) { database in
            let limiter = ExactLimiter(services: try services(database, ManualClock(), limit: 0))
            #expect(try await limiter.take(rule, subject: "ada").isAllowed)
            #expect(try await database.client.read("SELECT count(*) FROM rate_limit_windows")[0].int64(0) == 0)
        }
    }

    @Test func sweepsWhatIsOver() async throws {
        try await withTestDatabase(modules: []) { database in
            // The clock of these tests lies in the past, so every window is over.
            let limiter = ExactLimiter(services: try services(database, ManualClock(), limit: 1))
            _ = try await limiter.take(rule, subject: "ada")
            #expect(try await database.client.write(ExactLimiter.sweep(limit: 10)).affected == 1)
        }
    }
}

@Suite struct KeyedHashTests {
    /// The first vectors of the reference implementation: key 00…0f, input of length n is 00, 01, … n-1.
    @Test(
        arguments: zip(
            [0, 1, 7, 8, 15, 16],
            [
                0x726f_db47_dd0e_0e31, 0x74f8_39c5_93dc_67fd, 0xab02_00f5_8b01_d137, 0x93f5_f579_9a93_2462,
                0xa129_ca61_49be_45e5, 0x3f2a_cc7f_57c2_9bdb,
            ] as [UInt64]
        )
    )
    func matchesTheReference(length: Int, expected: UInt64) {
        let hash = KeyedHash(key: Array(0..<16))
        let result = (0..<length).map { UInt8($0) }.withUnsafeBytes { hash($0) }
        #expect(result == expected)
    }
}
