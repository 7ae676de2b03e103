import ServiceSettings
import Testing

@Suite("Declaring settings")
struct RegistryTests {
    private func declare(_ settings: SettingDeclaration...) -> [String] {
        var registry = SettingsRegistry()
        do {
            try registry.declareModule("games")
            try registry.declare(settings)
            return []
        } catch {
            return error.problems.map(\.message)
        }
    }

    private func setting(
        _ key: String,
        _ type: SettingType = .string,
        default: SettingText? = nil,
        aliases: [String] = []
    ) -> SettingDeclaration {
        SettingDeclaration(
            key: key,
            type: type,
            default: `default`,
            description: "",
            owner: "test",
            environmentAliases: aliases
        )
    }

    @Test("A key belongs to one module")
    func duplicates() {
        #expect(declare(setting("a.b"), setting("a.b")) == ["the setting 'a.b' is declared by test and by test"])
        #expect(
            declare(setting("modules.games.enabled"))
                == ["the setting 'modules.games.enabled' is declared by games and by test"]
        )
    }

    @Test("A setting is no section")
    func sections() {
        #expect(declare(setting("a"), setting("a.b")) == ["the setting 'a.b' would make the setting 'a' a section"])
        #expect(
            declare(setting("a.b"), setting("a")) == ["the setting 'a' is a section of other settings already"]
        )
    }

    @Test("A variable sets one setting")
    func variables() {
        #expect(
            declare(setting("a.b_c"), setting("a_b.c")) == [
                "the variable VIBE_A_B_C would set both 'a.b_c' and 'a_b.c'"
            ]
        )
        #expect(
            declare(setting("a", aliases: ["PORT"]), setting("b", aliases: ["PORT"]))
                == ["the variable PORT would set both 'a' and 'b'"]
        )
    }

    @Test("Keys are snake_case", arguments: ["", ".", "a.", "A.b", "a-b", "a..b", "1a", "environments.x"])
    func names(key: String) {
        #expect(declare(setting(key)) == ["the setting '\(key)' of test has an invalid name"])
    }

    @Test("Defaults are checked")
    func defaults() {
        #expect(declare(setting("a", .int(0...9), default: 10)) == ["the default of 'a' is not an integer from 0 to 9"])
        #expect(declare(setting("a", .duration, default: "soon")).count == 1)
        #expect(declare(setting("a", .bool, default: true), setting("b", .list, default: [])) == [])
    }
}
