import CPostgres

#if canImport(Glibc)
import Glibc
#endif

/// Waits for sockets, through epoll.
struct Poller: ~Copyable {
    private let epoll: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private static let capacity = 64

    /// What happened: the token that was registered, and whether it is about writing alone.
    struct Event {
        let token: UInt64
        let isReadable: Bool
        let isWritable: Bool
    }

    init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(epoll >= 0, "epoll_create1 failed: error \(errno)")
        events = .allocate(capacity: Self.capacity)
    }

    deinit {
        close(epoll)
        events.deallocate()
    }

    /// Watches a descriptor, or changes what it is watched for. libpq may have closed a socket and opened another
    /// under the same number, so that both cases occur at any time.
    func watch(_ descriptor: Int32, token: UInt64, read: Bool, write: Bool) -> Bool {
        var event = epoll_event()
        event.events = (read ? EPOLLIN.rawValue : 0) | (write ? EPOLLOUT.rawValue : 0)
        event.data.u64 = token
        if epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) == 0 { return true }
        return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    func forget(_ descriptor: Int32) {
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Waits until something happens or the time is up.
    ///
    /// - Parameter timeout: milliseconds; 0 does not wait, −1 waits for ever.
    func wait(timeout: Int32, _ body: (Event) -> Void) {
        let count = epoll_wait(epoll, events, Int32(Self.capacity), timeout)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let flags = events[index].events
            // Errors and hang-ups are found out by reading.
            let failed = flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
            body(
                Event(
                    token: events[index].data.u64,
                    isReadable: failed || flags & EPOLLIN.rawValue != 0,
                    isWritable: failed || flags & EPOLLOUT.rawValue != 0
                )
            )
        }
    }
}
