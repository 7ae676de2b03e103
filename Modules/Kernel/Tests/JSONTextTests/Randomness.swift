import JSONText

/// SplitMix64: the same numbers for the same seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// A text of up to `length` characters, rich in what needs care: quotes, controls, NUL, all lengths of UTF-8.
    mutating func text(upTo length: Int) -> String {
        var scalars = String.UnicodeScalarView()
        // Long runs of clean bytes as well as dense escapes: the writer has a path for each.
        let density = below(4)
        for _ in 0..<below(length + 1) {
            if density == 0 || below(4) >= density {
                scalars.append(Unicode.Scalar(UInt8(0x61 + below(26))))
                continue
            }
            let choice: UInt32 =
                switch below(6) {
                case 0: UInt32(below(0x20))
                case 1: [0x22, 0x5C, 0x2F, 0x7F, 0x202E, 0x2028, 0xFFFD, 0xFEFF][below(8)]
                case 2: UInt32(0x80 + below(0x780))
                case 3: UInt32(0x800 + below(0xD000))
                case 4: UInt32(0x10000 + below(0x100000))
                default: UInt32(0x20 + below(0x5F))
                }
            scalars.append(Unicode.Scalar(choice) ?? " ")
        }
        return String(scalars)
    }

    /// A value with up to `depth` levels of containers.
    mutating func json(depth: Int) -> JSON {
        switch below(depth > 0 ? 9 : 6) {
        case 0: .string(text(upTo: 40))
        case 1: .int(Int(truncatingIfNeeded: Int64(bitPattern: next()) >> Int64(below(64))))
        case 2: .double(finiteDouble())
        case 3: .bool(below(2) == 0)
        case 4: .null
        case 5: .timestamp(Int64.random(in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &self))
        case 6: .array((0..<below(6)).map { _ in json(depth: depth - 1) })
        default: .object((0..<below(6)).map { (text(upTo: 8) + "\($0)", json(depth: depth - 1)) })
        }
    }

    mutating func finiteDouble() -> Double {
        while true {
            let value = Double(bitPattern: next())
            if value.isFinite { return value }
        }
    }
}
