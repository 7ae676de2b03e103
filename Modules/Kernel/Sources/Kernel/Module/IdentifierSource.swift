public import Postgres

/// Makes ids that sort by the time they were made and need no coordination, and secrets that nobody can guess.
///
/// An id is a prefix and 26 characters of Crockford's base 32 in lower case, as in ULID: 10 of them the time in
/// milliseconds, 16 random (80 bits).
public struct IdentifierSource: Sendable {
    private let random: @Sendable (Int) -> [UInt8]

    /// - Parameter random: gives this many random bytes; tests give a fixed sequence.
    public init(random: @escaping @Sendable (Int) -> [UInt8]) {
        self.random = random
    }

    /// The system's cryptographic generator.
    public static let system = IdentifierSource { count in
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count {
            withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// A sortable id, for example `msg_01hq3v…`.
    public func make(_ prefix: StaticString, at time: PostgresTimestamp) -> String {
        let milliseconds = UInt64(max(time.microseconds, 0) / 1_000)
        let random = random(10)
        return String(unsafeUninitializedCapacity: prefix.utf8CodeUnitCount + 26) { buffer in
            var end = 0
            prefix.withUTF8Buffer { text in
                for byte in text {
                    buffer[end] = byte
                    end += 1
                }
            }
            for position in 0..<10 {
                buffer[end] = IdentifierSource.alphabet(
                    Int(truncatingIfNeeded: milliseconds >> UInt64((9 - position) * 5))
                )
                end += 1
            }
            var bits = 0
            var held = 0
            for byte in random {
                bits = (bits << 8 | Int(byte)) & 0xFFFF
                held += 8
                while held >= 5 {
                    held -= 5
                    buffer[end] = IdentifierSource.alphabet(bits >> held)
                    end += 1
                }
            }
            return end
        }
    }

    /// `count` random bytes, fit for secrets.
    public func bytes(_ count: Int) -> [UInt8] {
        random(count)
    }

    private static func alphabet(_ value: Int) -> UInt8 {
        let letters: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        return letters.utf8Start[value & 31]
    }
}
