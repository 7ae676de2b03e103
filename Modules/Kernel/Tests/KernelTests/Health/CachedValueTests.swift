import Synchronization
import Testing

@testable import Kernel

@Suite struct CachedValueTests {
    @Test func manyWhoAskAtOnceGetOneAnswer() async {
        let calls = Atomic<Int>(0)
        let value = CachedValue(lifetime: .seconds(3_600)) {
            await Task.yield()
            return calls.add(1, ordering: .relaxed).newValue
        }
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { await value.get() } }
            for await answer in group { #expect(answer == 1) }
        }
    }

    @Test func isMadeAgainWhenItIsTooOld() async {
        let calls = Atomic<Int>(0)
        let value = CachedValue(lifetime: .zero) { calls.add(1, ordering: .relaxed).newValue }
        #expect(await value.get() == 1)
        #expect(await value.get() == 2)
    }

    @Test func whoGoesAwayDoesNotTakeTheAnswerAlong() async {
        let value = CachedValue(lifetime: .seconds(3_600)) { Task.isCancelled }
        let first = Task { await value.get() }
        first.cancel()
        #expect(await first.value == false)
    }
}
