import Postgres

/// The hours of the day, in UTC, in which somebody was here: bit 0 for midnight to one.
struct ActiveHours: Sendable, Hashable {
    let bits: Int32

    init(bits: Int32) {
        self.bits = bits & 0xFF_FFFF
    }

    init(at time: PostgresTimestamp) {
        bits = 1 << Int32(time.microseconds / 3_600_000_000 % 24)
    }

    /// How much two people's hours are the same: the hours of both among those of either, 0 to 1.
    func overlap(with other: ActiveHours) -> Double {
        let either = (bits | other.bits).nonzeroBitCount
        return either == 0 ? 0 : Double((bits & other.bits).nonzeroBitCount) / Double(either)
    }

    /// The number of the four weeks that this time lies in: hours are kept for these and the four before.
    static func period(at time: PostgresTimestamp) -> Int32 {
        Int32(truncatingIfNeeded: time.microseconds / (28 * 86_400_000_000))
    }
}
