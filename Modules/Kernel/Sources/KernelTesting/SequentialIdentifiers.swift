public import Kernel
import Synchronization

extension IdentifierSource {
    /// Ids and secrets that count up, so that a test can say what the next one will be.
    ///
    /// The count stands big-endian at the end of otherwise zero bytes: the first id of a millisecond ends in `…0001`.
    /// - Parameter start: the first count. Services that share a database need ranges of their own.
    public static func sequential(from start: UInt64 = 1) -> IdentifierSource {
        let counter = Counter(start)
        return IdentifierSource { length in
            let count = counter.next()
            return (0..<length).map { position in
                let shift = (length - 1 - position) * 8
                return shift < 64 ? UInt8(truncatingIfNeeded: count >> UInt64(shift)) : 0
            }
        }
    }

    private final class Counter: Sendable {
        private let value: Mutex<UInt64>

        init(_ start: UInt64) {
            value = Mutex(start)
        }

        func next() -> UInt64 {
            value.withLock { value in
                defer { value += 1 }
                return value
            }
        }
    }
}
