#if canImport(Glibc)
import Glibc
#endif

/// The id of a request: in its answer's `X-Request-Id`, in every log line, and the `instance` of an error.
public enum RequestID {
    /// A new id: 15 characters of Crockford's base 32 in lower case, 9 of them the time in milliseconds, so that ids
    /// sort as requests came, and 6 random. No more than 15, which a string holds without allocating.
    public static func make() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return make(milliseconds: UInt64(max(time.tv_sec, 0)) * 1_000 + UInt64(time.tv_nsec) / 1_000_000)
    }

    /// The client's own id if it is 8 to 64 characters of `A-Z a-z 0-9 _ -`; otherwise, as without one, a new id.
    public static func make(from header: String?) -> String {
        guard let header, (8...64).contains(header.utf8.count), header.utf8.allSatisfy(isAllowed) else { return make() }
        return header
    }

    static func make(milliseconds: UInt64) -> String {
        let random = FastRandom.next()
        return String(unsafeUninitializedCapacity: 15) { buffer in
            for index in 0..<9 { buffer[index] = digit(milliseconds >> UInt64((8 - index) * 5)) }
            for index in 0..<6 { buffer[9 + index] = digit(random >> UInt64(index * 5)) }
            return 15
        }
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
        return digits.utf8Start[Int(value & 31)]
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
