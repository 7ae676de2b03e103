import Testing

@testable import Postgres

@Suite struct PoolTests {
    private func makePool(size: Int = 3, depth: Int = 2, minimum: Int = 1) -> Pool {
        Pool(size: size, depth: depth, minimum: minimum, backoff: Backoff(minimum: 100, maximum: 1000))
    }

    private var ids: [ConnectionID] { (1...9).map { ConnectionID(rawValue: $0) } }

    @Test func theLeastBusyConnectionIsTaken() {
        var pool = makePool()
        for id in ids.prefix(2) {
            pool.began()
            pool.opened(id)
        }
        let taken = (0..<4).map { _ in pool.take() }
        #expect(Set(taken.prefix(2)) == Set(ids.prefix(2)))
        #expect(pool.take() == nil)
        pool.give(back: ids[1])
        #expect(pool.take() == ids[1])
        #expect(pool.inFlight == 4)
    }

    @Test func connectionsAreMadeAsNeeded() {
        var pool = makePool()
        #expect(pool.missing(waiting: 0, now: 0) == 1)
        #expect(pool.missing(waiting: 5, now: 0) == 3)
        #expect(pool.missing(waiting: 100, now: 0) == 3)
        pool.began()
        #expect(pool.missing(waiting: 1, now: 0) == 0)
        pool.opened(ids[0])
        #expect(pool.missing(waiting: 0, now: 0) == 0)
        _ = pool.take()
        // The only connection is busy: the next job should not stand behind it.
        #expect(pool.missing(waiting: 0, now: 0) == 1)
    }

    @Test func afterAFailureOneAttemptAtATimeIsMade() {
        var pool = makePool()
        pool.began()
        pool.failed(now: 1000, chance: 1)
        #expect(pool.isFailing)
        #expect(pool.missing(waiting: 50, now: 1000) == 0)
        #expect(pool.nextAttempt(waiting: 50) == 1100)
        #expect(pool.missing(waiting: 50, now: 1100) == 1)
        pool.began()
        #expect(pool.missing(waiting: 50, now: 5000) == 0)
        #expect(pool.nextAttempt(waiting: 50) == nil)
        pool.failed(now: 2000, chance: 1)
        #expect(pool.nextAttempt(waiting: 50) == 2200)
        pool.began()
        pool.opened(ids[0])
        #expect(!pool.isFailing)
        #expect(pool.missing(waiting: 50, now: 2300) == 2)
    }

    @Test func aLostConnectionIsForgotten() {
        var pool = makePool()
        pool.began()
        pool.opened(ids[0])
        _ = pool.take()
        pool.lost(ids[0], now: 0, chance: 0)
        #expect(pool.take() == nil)
        #expect(pool.lanes.isEmpty)
        #expect(pool.missing(waiting: 0, now: 50) == 1)
        // Giving back a place on a connection that is gone changes nothing.
        pool.give(back: ids[0])
        #expect(pool.inFlight == 0)
    }

    @Test func pausesGrowToTheirLimit() {
        var backoff = Backoff(minimum: 100, maximum: 1000)
        #expect((0..<6).map { _ in backoff.next(chance: 1) } == [100, 200, 400, 800, 1000, 1000])
        backoff.reset()
        #expect((0..<2).map { _ in backoff.next(chance: 0) } == [50, 100])
    }
}
