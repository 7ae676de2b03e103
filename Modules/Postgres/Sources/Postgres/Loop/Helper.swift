import CPostgres

#if canImport(Glibc)
import Glibc
#endif

/// Threads of their own: for the loop itself, and for the two calls of libpq that block.
enum Helper {
    /// Runs `body` on a new thread that takes no signals, so that they reach the threads that expect them.
    static func spawn(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(run: body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &previous)
        var thread = pthread_t()
        let result = pthread_create(
            &thread,
            &attributes,
            { pointer in
                if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
                return nil
            },
            box.toOpaque()
        )
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        precondition(result == 0, "cannot start a thread: error \(result)")
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
