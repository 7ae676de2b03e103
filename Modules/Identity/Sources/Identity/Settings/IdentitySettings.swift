import ServiceSettings

/// The settings of the module.
enum IdentitySettings {
    static let all: [SettingDeclaration] = [
        SettingDeclaration(
            key: "identity.genesis_cap",
            type: .int(0...1_000_000),
            default: 100,
            description: "How many founders' numbers there are; 0 gives none.",
            owner: "identity",
            environmentAliases: ["VIBE_GENESIS_CAP"]
        ),
        SettingDeclaration(
            key: "identity.genesis_closes",
            type: .bool,
            default: false,
            description: "Whether nobody can register after the last founder.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "identity.registers_per_hour",
            type: .int(0...1_000_000),
            default: 30,
            description: "New handles per address and hour; 0 for no limit.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "identity.sign_ins_per_hour",
            type: .int(0...1_000_000),
            default: 120,
            description: "Registers of existing handles per address and hour; 0 for no limit.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "identity.checks_per_minute",
            type: .int(0...1_000_000),
            default: 30,
            description: "Questions whether a name is free, per address and minute; 0 for no limit.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "identity.presence_per_minute",
            type: .int(0...1_000_000),
            default: 240,
            description: "Writes of presence per handle and minute; 0 for no limit.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "identity.unverified_names_per_day",
            type: .int(0...1_000_000),
            default: 20,
            description: "Names that nobody has, written without a token, per address and day; 0 for no limit.",
            owner: "identity"
        ),
        SettingDeclaration(
            key: "identity.profile_writes_per_minute",
            type: .int(0...1_000_000),
            default: 60,
            description: "Writes of a profile per handle, or address without a token, and minute; 0 for no limit.",
            owner: "identity"
        ),
    ]
}
