import Testing

@testable import Cutover

@Suite struct WatchdogTests {
    private func minutes(_ last: [MinuteFigures]) -> [MinuteFigures] {
        Array(repeating: MinuteFigures(), count: Watchdog.minutesOfSlowness - last.count) + last
    }

    @Test("each figure alarms above its limit, not at it")
    func limits() {
        func alarms(_ figures: MinuteFigures) -> [Watchdog.Alarm] { Watchdog.alarms(minutes([figures])) }
        #expect(alarms(MinuteFigures(requests: 100, failures: 5)) == [])
        #expect(alarms(MinuteFigures(requests: 100, failures: 6)) == [.errors])
        #expect(alarms(MinuteFigures(compared: 100, differing: 5)) == [])
        #expect(alarms(MinuteFigures(compared: 100, differing: 6)) == [.divergence])
        #expect(alarms(MinuteFigures(writes: 100, failedWrites: 1)) == [])
        #expect(alarms(MinuteFigures(writes: 100, failedWrites: 2)) == [.writeFailures])
        #expect(alarms(MinuteFigures(requests: 3, failures: 3)) == [])
    }

    @Test("slowness counts when it lasts ten minutes")
    func slowness() {
        let slow = MinuteFigures(requests: 100, slow: 6)
        let all = Array(repeating: slow, count: 10)
        #expect(Watchdog.alarms(all) == [.slow])
        for position in all.indices {
            var interrupted = all
            interrupted[position].slow = 5
            #expect(Watchdog.alarms(interrupted) == [])
            interrupted[position] = MinuteFigures()
            #expect(Watchdog.alarms(interrupted) == [])
        }
    }
}
