import Glibc
import Synchronization

/// Runs `body` over and over in many tasks, and prints queries a second, the time of one, and the CPU time of this
/// process per query.
func measure(
    _ name: String,
    seconds: Int,
    tasks: Int,
    _ body: @escaping @Sendable (inout Xorshift, Int) async throws -> Bool
) async throws {
    let numbers = Numbers()
    let cpu = cpuMicroseconds()
    let start = ContinuousClock.now
    let end = start + .seconds(seconds)
    let times = try await withThrowingTaskGroup(of: [Int32].self) { group in
        for task in 0..<tasks {
            group.addTask {
                var random = Xorshift(seed: UInt64(task) + 1)
                var times: [Int32] = []
                var time = ContinuousClock.now
                while time < end {
                    let number = numbers.next()
                    guard try await body(&random, number) else { throw WrongAnswer() }
                    let after = ContinuousClock.now
                    times.append(Int32((after - time) / .microseconds(1)))
                    time = after
                }
                return times
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }.sorted()
    }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let perQuery = Double(cpuMicroseconds() - cpu) / Double(times.count)
    func percentile(_ share: Double) -> Double { Double(times[Int(Double(times.count - 1) * share)]) / 1000 }
    print(
        "\(name): \(Int(Double(times.count) / elapsed)) q/s, \(rounded(perQuery)) µs client CPU each, "
            + "p50 \(rounded(percentile(0.5))) ms, p99 \(rounded(percentile(0.99))) ms, max \(rounded(percentile(1))) ms"
    )
}

/// Counts from 1, for keys that occur once.
private final class Numbers: Sendable {
    private let last = Atomic<Int>(0)

    func next() -> Int { last.wrappingAdd(1, ordering: .relaxed).newValue }
}

struct WrongAnswer: Error {}

private func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }

/// CPU time of this process, system time included.
private func cpuMicroseconds() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
}

/// A small generator: the system's would be measured too.
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15
    }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
