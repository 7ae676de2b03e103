import Glibc

/// A lock on a file (`flock`) that the kernel lets go of when the process ends, however it ends.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Opens the file, creating it when missing; nothing is locked yet.
    init(path: String) throws(PrivatePostgresError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .noPermission(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    /// Shares the lock; true unless someone holds it alone.
    func tryShare() -> Bool { flock(descriptor, LOCK_SH | LOCK_NB) == 0 }

    /// Takes the lock for this holder alone; true unless someone else holds or shares it.
    func tryAlone() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}
