import Logging

/// The last line of defence: metadata whose key says that it is a secret or somebody's text is masked, whoever logs it.
enum LogSecrets {
    static func masked(_ value: Logger.MetadataValue, key: String) -> Logger.MetadataValue {
        if isSecret(key) { return .string("***") }
        switch value {
        case .dictionary(let members):
            return .dictionary(Dictionary(uniqueKeysWithValues: members.map { ($0, masked($1, key: $0)) }))
        case .array(let values):
            return .array(values.map { masked($0, key: key) })
        default:
            return value
        }
    }

    private static let words = [
        "secret", "password", "token", "authorization", "cookie", "credential", "api_key", "apikey", "private_key",
    ]
    private static let texts: Set<String> = ["text", "body", "payload"]

    private static func isSecret(_ key: String) -> Bool {
        let key = key.lowercased().replacing("-", with: "_")
        return texts.contains(key) || words.contains { key.contains($0) }
    }
}
