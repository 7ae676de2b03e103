extension TraceContext {
    /// The trace that the current task works for: set around requests and deliveries, so that events continue it.
    @TaskLocal public static var current: TraceContext?
}
