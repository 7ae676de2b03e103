import Postgres
import Testing

@testable import Kernel

@Suite struct IdentifierSourceTests {
    @Test func idsSortByTime() {
        let early = IdentifierSource.system.make("msg_", at: PostgresTimestamp(microseconds: 1_704_672_000_000_000))
        let late = IdentifierSource.system.make("msg_", at: PostgresTimestamp(microseconds: 1_704_672_000_001_000))
        #expect(early < late)
        #expect(early.count == 30)
    }

    @Test func theRandomPartIsAllOfTheRandomBytes() {
        let ones = IdentifierSource { Array(repeating: 0xFF, count: $0) }
        let id = ones.make("x_", at: PostgresTimestamp(microseconds: 0))
        #expect(id == "x_0000000000zzzzzzzzzzzzzzzz")
    }

    @Test func idsOfOneInstantDiffer() {
        let time = PostgresTimestamp(microseconds: 0)
        let ids = Set((0..<1_000).map { _ in IdentifierSource.system.make("", at: time) })
        #expect(ids.count == 1_000)
    }
}
