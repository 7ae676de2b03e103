/// Gathers what is wrong, so that one start shows everything.
struct Problems {
    private var list: [SettingsError.Problem] = []

    mutating func add(_ message: String, at place: String? = nil) {
        list.append(SettingsError.Problem(place: place, message: message))
    }

    /// Throws if there is anything.
    func check() throws(SettingsError) {
        if !list.isEmpty { throw SettingsError(problems: list) }
    }
}
