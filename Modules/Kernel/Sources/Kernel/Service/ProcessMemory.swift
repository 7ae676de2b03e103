import CMalloc

/// How the process asks the system for memory.
public enum ProcessMemory {
    /// Keeps what was freed instead of giving it back at once.
    ///
    /// An answer takes tens of kilobytes, is written by one thread and let go of by another. Left alone, glibc returns
    /// such memory to the system each time and has it zeroed anew, page by page: a sixth of the service's time with large
    /// inboxes. To be called before the first thread starts.
    public static func keepWhatWasFreed() {
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        mallopt(M_TRIM_THRESHOLD, 16 << 20)
    }
}
