/// The arrays in which libpq takes the values of a statement, used again for each one.
final class ParameterScratch {
    private(set) var values: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private(set) var lengths: UnsafeMutablePointer<Int32>
    private(set) var types: UnsafeMutablePointer<UInt32>
    /// All 1: binary.
    private(set) var formats: UnsafeMutablePointer<Int32>
    private var capacity = 64

    init() {
        values = .allocate(capacity: capacity)
        lengths = .allocate(capacity: capacity)
        types = .allocate(capacity: capacity)
        formats = .allocate(capacity: capacity)
        formats.initialize(repeating: 1, count: capacity)
    }

    deinit {
        deallocate()
    }

    /// Points the arrays at the values, which stay valid during the call of `body`.
    @inline(__always)
    func fill<R>(_ parameters: PostgresParameters, _ body: () -> R) -> R {
        reserve(parameters.count)
        return parameters.withValues { index, type, bytes in
            types[index] = type
            // A value's frame precedes it in the buffer, so that an empty one has an address too: libpq tells NULL by
            // a null pointer.
            values[index] = bytes?.baseAddress?.assumingMemoryBound(to: CChar.self)
            lengths[index] = Int32(truncatingIfNeeded: bytes?.count ?? 0)
        } then: {
            body()
        }
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        deallocate()
        capacity = count
        values = .allocate(capacity: count)
        lengths = .allocate(capacity: count)
        types = .allocate(capacity: count)
        formats = .allocate(capacity: count)
        formats.initialize(repeating: 1, count: count)
    }

    private func deallocate() {
        values.deallocate()
        lengths.deallocate()
        types.deallocate()
        formats.deallocate()
    }
}
