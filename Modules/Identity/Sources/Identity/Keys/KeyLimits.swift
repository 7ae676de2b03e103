import Kernel

/// How often keys may be used for what matters; the figures are settings.
enum KeyLimits {
    static let undatedSignatures = RateLimitRule(
        name: "undated_signature",
        scope: .principal,
        setting: "identity.undated_signatures_per_hour",
        window: 3_600
    )
    static let proofs = RateLimitRule(
        name: "key_proof",
        scope: .address,
        setting: "identity.key_proofs_per_hour",
        window: 3_600
    )
    static let rotations = RateLimitRule(
        name: "key_rotation",
        scope: .principal,
        setting: "identity.key_rotations_per_hour",
        window: 3_600
    )
    static let carryOvers = RateLimitRule(
        name: "carryover",
        scope: .address,
        setting: "identity.carryovers_per_day",
        window: 86_400
    )
    static let newKeys = RateLimitRule(
        name: "api_key",
        scope: .principal,
        setting: "identity.api_keys_per_hour",
        window: 3_600
    )
    static let exports = RateLimitRule(
        name: "export",
        scope: .principal,
        setting: "identity.exports_per_hour",
        window: 3_600
    )
}
