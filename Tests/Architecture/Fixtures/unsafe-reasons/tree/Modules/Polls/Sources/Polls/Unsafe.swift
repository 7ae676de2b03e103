// Sound: only the loop's thread touches it.
final class Confined: @unchecked Sendable {}

// Set once,
// before any task runs.
nonisolated(unsafe) var started = false

// Sound: immutable after init.
@usableFromInline
final class Frozen: @unchecked Sendable {}

final class Bare: @unchecked Sendable {}

struct Holder {
    // This comment is too far away.

    nonisolated(unsafe) static var shared = 0
    let text = "@unchecked Sendable"
}
