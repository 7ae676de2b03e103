import Kernel
public import KeyValue
public import ServiceSettings

/// Where the old store is, by the settings.
public enum KeyValueAccess {
    /// - Returns: `nil` when no address is configured.
    /// - Throws: `StartFailure`, one line, for an address that makes no sense.
    public static func configuration(_ settings: Settings) throws -> KeyValueConfiguration? {
        do {
            if let url = settings.optionalString("kv.url") { return try KeyValueConfiguration(url: url) }
            guard let url = settings.optionalString("kv.rest_url") else { return nil }
            guard let token = settings.optionalString("kv.rest_token") else {
                throw StartFailure("kv.rest_url needs kv.rest_token (KV_REST_API_TOKEN).", code: 78)
            }
            return try KeyValueConfiguration(url: url, token: token)
        } catch let error as KeyValueError {
            throw StartFailure("The key-value store: \(error).", code: 78)
        }
    }
}
