import Kernel
import KernelTesting
import Synchronization

@testable import SocialGraph

/// A database for one test. So many at a time as the server has connections for.
func withSocialDatabase<Result>(
    _ modules: [any FeatureModule],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestDatabase) async throws -> Result
) async throws -> Result {
    await gate.enter()
    defer { gate.leave() }
    return try await withTestDatabase(modules: modules, body)
}

private let gate = Gate(places: 6)

/// Lets so many tests through at a time.
private final class Gate: Sendable {
    private let state: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

    init(places: Int) {
        state = Mutex((places, []))
    }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
