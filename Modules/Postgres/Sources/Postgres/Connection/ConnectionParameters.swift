import CPostgres

#if canImport(Glibc)
import Glibc
#endif

/// What a connection is made with.
struct ConnectionParameters: Sendable {
    private let pairs: [(String, String)]

    /// A later parameter overrides an earlier one, so that the address can change our defaults, but not what the
    /// client depends on.
    init(url: String, configuration: PostgresConfiguration) {
        pairs = [
            ("fallback_application_name", configuration.applicationName),
            // A peer that is gone without a word is noticed within half a minute.
            ("keepalives_idle", "15"),
            ("keepalives_interval", "5"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
            ("dbname", url),
            ("client_encoding", "UTF8"),
        ]
    }

    /// Begins to connect. Looks up host names, which blocks.
    func dial() -> ConnectionHandle {
        var keywords = pairs.map { UnsafePointer(strdup($0.0)) }
        var values = pairs.map { UnsafePointer(strdup($0.1)) }
        keywords.append(nil)
        values.append(nil)
        defer {
            for pointer in keywords + values { free(UnsafeMutablePointer(mutating: pointer)) }
        }
        return ConnectionHandle(pg: PQconnectStartParams(keywords, values, 1))
    }
}
