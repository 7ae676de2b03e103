import Testing

@testable import KeyValue

@Suite struct LimitTests {
    @Test("a budget counts, refuses whole requests and takes back what was not sent")
    func budget() throws {
        let budget = KeyValueBudget(commands: 10)
        #expect(try budget.take(7) == .zero)
        #expect(#expect(throws: KeyValueError.self) { try budget.take(4) }?.kind == .budget)
        #expect(budget.used == 7 && budget.remaining == 3)
        #expect(try budget.take(3) == .zero)
        #expect(budget.remaining == 0)
        budget.giveBack(3)
        #expect(budget.used == 7)
        #expect(try budget.take(1) == .zero)
        let unlimited = KeyValueBudget()
        #expect(try unlimited.take(1_000_000) == .zero)
        #expect(unlimited.used == 1_000_000 && unlimited.remaining == nil)
    }

    @Test("a rate holds on average, whatever the sizes", arguments: 0..<20 as Range<UInt64>)
    func rate(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var limiter = RateLimiter(perSecond: 100)
        let start = ContinuousClock.now
        var now = start
        var sent = 0
        for _ in 0..<200 {
            let count = Int.random(in: 1...30, using: &chance)
            now += limiter.take(count, now: now)
            // What may have passed by now: the rate, the burst of a tenth of a second, and the request before.
            #expect(Double(sent) <= 100 * ((now - start) / .seconds(1)) + 10 + 30)
            sent += count
            if Bool.random(using: &chance) { now += .milliseconds(Int.random(in: 0...300, using: &chance)) }
        }
    }

    @Test("an idle limiter saves up no more than its burst")
    func idle() {
        var limiter = RateLimiter(perSecond: 10)
        let start = ContinuousClock.now
        #expect(limiter.take(1, now: start) == .zero)
        let later = start + .seconds(3600)
        #expect(limiter.take(1, now: later) == .zero)
        #expect(limiter.take(1, now: later) == .zero)
        #expect(limiter.take(1, now: later) == .milliseconds(100))
    }

    @Test("pauses grow to their limit, unless the server asks for more")
    func backoff() {
        var backoff = Backoff(minimum: .milliseconds(100), maximum: .seconds(1))
        let pauses = (0..<6).map { _ in backoff.next(retryAfter: nil, chance: 1) }
        #expect(pauses == [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
        #expect(backoff.next(retryAfter: .seconds(9), chance: 1) == .seconds(9))
        #expect(backoff.next(retryAfter: .milliseconds(1), chance: 0) == .milliseconds(500))
        for _ in 0..<100 { #expect(backoff.next(retryAfter: nil) <= .seconds(1)) }
    }
}
