import Dispatch

/// Waits without blocking a thread. Cancellation does not cut it short: a server is stopped, and its end awaited, while
/// the service's own tasks are being cancelled.
func pause(_ duration: DispatchTimeInterval = .milliseconds(5)) async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + duration) { continuation.resume() }
    }
}

/// Waits until `condition` holds, looking every 5 ms; false when `seconds` have passed first.
func wait(upTo seconds: Int, until condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !condition() {
        if ContinuousClock.now >= deadline { return false }
        await pause()
    }
    return true
}
