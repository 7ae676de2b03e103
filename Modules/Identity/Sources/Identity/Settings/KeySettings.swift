import ServiceSettings

extension IdentitySettings {
    /// The settings of keys, agents, accounts and of what was here before.
    static let keys: [SettingDeclaration] = [
        SettingDeclaration(
            key: "identity.undated_agent_signatures",
            type: .bool,
            default: true,
            description: "Whether agents may register again by a signature without time and nonce.",
            owner: "identity"
        ),
        limit("undated_signatures_per_hour", 6, "Registers by a signature without time, per agent and hour"),
        limit("key_proofs_per_hour", 30, "Proofs by a recovery key, good or bad, per address and hour"),
        limit("key_rotations_per_hour", 1, "Replacements of a key, per handle and hour"),
        limit("api_keys_per_hour", 20, "New API keys, per handle and hour"),
        limit("exports_per_hour", 10, "Exports of an account, per handle and hour"),
        SettingDeclaration(
            key: "identity.carryover_until",
            type: .string,
            description: "Until when the first register by name claims a carried-over handle; unset: never.",
            owner: "identity"
        ),
        limit("carryovers_per_day", 5, "Carried-over handles claimed by name, per address and day"),
        SettingDeclaration(
            key: "identity.legacy_open_handles",
            type: .bool,
            default: false,
            description: "Whether a name alone opens handles for which no proof is on file. Unsafe.",
            owner: "identity"
        ),
    ]

    private static func limit(_ name: String, _ figure: Int, _ what: String) -> SettingDeclaration {
        SettingDeclaration(
            key: "identity.\(name)",
            type: .int(0...1_000_000),
            default: SettingText(integerLiteral: figure),
            description: "\(what); 0 for no limit.",
            owner: "identity"
        )
    }
}
