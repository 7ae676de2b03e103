import NIOCore

extension NIODeadline {
    /// The moment after so much time, at most 30 days: durations come from callers and servers, and a sum must not
    /// overflow.
    static func after(_ duration: Duration) -> NIODeadline {
        .now() + TimeAmount(min(max(duration, .zero), .seconds(30 * 86_400)))
    }
}
