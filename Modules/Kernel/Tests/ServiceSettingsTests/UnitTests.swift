import ServiceSettings
import Testing

@Suite("Durations and sizes")
struct UnitTests {
    private func load(_ key: String, _ text: String) -> Settings? {
        try? Fixture.load(flags: [key: text])
    }

    private func duration(_ text: String) -> Duration? { load("server.drain", text)?.duration("server.drain") }
    private func bytes(_ text: String) -> Int? { load("server.body_limit", text)?.bytes("server.body_limit") }

    @Test("Only a whole number and a unit")
    func refused() {
        for text in ["", "1", "s", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1m30s", "1S", "1sec", "٣s", "1µs"] {
            #expect(duration(text) == nil, "\(text)")
        }
        for text in ["", "1", "kB", "-1kB", "1.5MB", "1 kB", "1KB", "1kb", "1TB", "1KiB", "1b", "0x1B"] {
            #expect(bytes(text) == nil, "\(text)")
        }
    }

    @Test("What does not fit in 64 bits is refused, what just fits is not")
    func overflow() {
        #expect(bytes("9223372036854775807B") == Int.max)
        #expect(bytes("9223372036854775808B") == nil)
        #expect(bytes("8589934591GB") == 8_589_934_591 << 30)
        #expect(bytes("8589934592GB") == nil)
        #expect(duration("9223372036854775807ms") == .milliseconds(Int64.max))
        #expect(duration("106751991168d") == nil)
    }

    @Test("Any number with any unit is its product, and is shown so that it reads back the same")
    func roundTrip() throws {
        var random = SplitMix64(seed: 20_260_108)
        let times = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        let sizes = ["B": 1, "kB": 1_024, "MB": 1_048_576, "GB": 1_073_741_824]
        for _ in 0..<300 {
            let number = Int.random(in: 0...(1 << Int.random(in: 0...32, using: &random)), using: &random)
            let time = try #require(times.randomElement(using: &random))
            let expected = Duration.milliseconds(number * time.value)
            let shown = try #require(load("server.drain", "\(number)\(time.key)")).displayed("server.drain")
            #expect(duration("\(number)\(time.key)") == expected)
            #expect(duration(shown) == expected, "\(shown)")

            let size = try #require(sizes.randomElement(using: &random))
            let settings = try #require(load("server.body_limit", "\(number)\(size.key)"))
            #expect(settings.bytes("server.body_limit") == number * size.value)
            #expect(bytes(settings.displayed("server.body_limit")) == number * size.value)
        }
    }

    @Test("Random text is refused or understood, never worse")
    func fuzz() {
        var random = SplitMix64(seed: 7)
        let alphabet = Array("0123456789smhdkMGB.-+ e\u{301}é")
        for _ in 0..<2_000 {
            let text = String(
                (0..<Int.random(in: 1...6, using: &random)).map { _ in
                    alphabet[Int.random(in: alphabet.indices, using: &random)]
                }
            )
            let isDuration = text.wholeMatch(of: #/[0-9]+(ms|s|m|h|d)/#) != nil
            #expect((duration(text) != nil) == isDuration, "\(text)")
            let isSize = text.wholeMatch(of: #/[0-9]+(B|kB|MB|GB)/#) != nil
            #expect((bytes(text) != nil) == isSize, "\(text)")
        }
    }
}

extension Settings {
    fileprivate func displayed(_ key: String) -> String {
        effective.first { $0.key == key }?.value ?? ""
    }
}

/// A small generator with a seed, so that a failure can be repeated (https://prng.di.unimi.it/splitmix64.c).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
