import Testing

@testable import Postgres

@Suite struct StatementCacheTests {
    private func key(_ sql: String, _ signature: UInt64 = 0) -> StatementKey {
        StatementKey(sql: sql, signature: signature)
    }

    @Test func theLeastRecentlyUsedGoesFirst() {
        var cache = StatementCache(limit: 2)
        let a = cache.add(key("a")).added
        _ = cache.add(key("b"))
        #expect(cache.find(key("a")) === a)
        let (_, dropped) = cache.add(key("c"))
        #expect(dropped?.key.sql == "b")
        #expect(cache.find(key("b")) == nil)
        #expect(cache.find(key("a")) === a)
        #expect(cache.count == 2)
    }

    @Test func oneTextWithOtherTypesIsAnotherStatement() {
        var cache = StatementCache(limit: 9)
        let first: PostgresQuery = "SELECT \(1)"
        let second: PostgresQuery = "SELECT \("1")"
        #expect(first.sql == second.sql)
        _ = cache.add(key(first.sql, first.parameters.signature))
        #expect(cache.find(key(second.sql, second.parameters.signature)) == nil)
        let swapped: [PostgresQuery] = ["SELECT \(1), \("x")", "SELECT \("x"), \(1)"]
        #expect(swapped[0].parameters.signature != swapped[1].parameters.signature)
    }

    @Test func aStatementThatTookItsPlaceIsNotForgotten() {
        var cache = StatementCache(limit: 9)
        let old = cache.add(key("a")).added
        cache.forget(old)
        let new = cache.add(key("a")).added
        cache.forget(old)
        #expect(cache.find(key("a")) === new)
        #expect(String(cString: old.name) != String(cString: new.name))
    }
}
