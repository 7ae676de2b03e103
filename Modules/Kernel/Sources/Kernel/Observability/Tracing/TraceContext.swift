/// A place in a W3C trace (https://www.w3.org/TR/trace-context/): what the `traceparent` header says.
///
/// Held as numbers: it is made for every request and turned into text only where it is sent or logged.
public struct TraceContext: Sendable, Hashable {
    private let traceHigh: UInt64
    private let traceLow: UInt64
    private let span: UInt64
    /// Whether the caller may have recorded the trace. Passed on as it came.
    public let isSampled: Bool

    private init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// A trace that starts here. Not sampled: nothing of ours records spans.
    public static func fresh() -> TraceContext {
        TraceContext(
            traceHigh: FastRandom.next(),
            traceLow: FastRandom.nextNonzero(),
            span: FastRandom.nextNonzero(),
            isSampled: false
        )
    }

    /// The next step of the trace in a received `traceparent`, or a fresh trace if there is none or it is not valid.
    public static func incoming(_ traceparent: String?) -> TraceContext {
        traceparent.flatMap { TraceContext(traceparent: $0) }?.child() ?? .fresh()
    }

    /// A step within the same trace: of a request, its event or job.
    public func child() -> TraceContext {
        TraceContext(traceHigh: traceHigh, traceLow: traceLow, span: FastRandom.nextNonzero(), isSampled: isSampled)
    }

    /// 32 lower-case hexadecimal digits, not all zero.
    public var traceID: String {
        Hexadecimal.text(count: 32) { put in
            put(traceHigh)
            put(traceLow)
        }
    }

    /// 16 lower-case hexadecimal digits, not all zero: this request, event or job.
    public var spanID: String {
        Hexadecimal.text(count: 16) { put in put(span) }
    }
}

// MARK: The header

extension TraceContext {
    /// Reads `00-<32 digits>-<16 digits>-<2 digits>`, lower-case hexadecimal, ids not zero. Anything else, also
    /// another version, is `nil`.
    public init?(traceparent: String) {
        var text = traceparent
        let parsed = text.withUTF8 { bytes -> TraceContext? in
            guard bytes.count == 55, bytes[0] == UInt8(ascii: "0"), bytes[1] == UInt8(ascii: "0"),
                bytes[2] == UInt8(ascii: "-"), bytes[35] == UInt8(ascii: "-"), bytes[52] == UInt8(ascii: "-"),
                let high = Hexadecimal.number(bytes[3..<19]),
                let low = Hexadecimal.number(bytes[19..<35]),
                let span = Hexadecimal.number(bytes[36..<52]),
                let flags = Hexadecimal.number(bytes[53..<55]),
                high | low != 0, span != 0
            else { return nil }
            return TraceContext(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    /// The header's value.
    public var traceparent: String {
        "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")"
    }
}

/// Numbers as lower-case hexadecimal digits of fixed width.
private enum Hexadecimal {
    /// Nil on any character but `0-9a-f`: the header knows no capitals.
    static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    /// `count` digits: 16 for every number that `body` puts.
    static func text(count: Int, _ body: ((UInt64) -> Void) -> Void) -> String {
        String(unsafeUninitializedCapacity: count) { buffer in
            var end = 0
            body { number in
                for shift in stride(from: 60, through: 0, by: -4) {
                    let digit = UInt8(number >> UInt64(shift) & 0xF)
                    buffer[end] = digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a")
                    end += 1
                }
            }
            return end
        }
    }
}
