extension PrivatePostgres {
    /// How a private server is set up. A server that already runs keeps the settings it was started with.
    public struct Options: Sendable {
        /// The database that ``PrivatePostgres/url`` names; created when missing.
        public var database: String
        /// Whether a commit survives a crash of the machine. Tests turn it off for speed (`fsync`, `full_page_writes`);
        /// `synchronous_commit` stays on, so that a crash of the server alone loses nothing either way.
        public var durable: Bool
        /// Postgres' `max_connections`.
        public var maxConnections: Int
        /// Further server settings by name, as in `postgresql.conf`; they win over ours.
        public var settings: [String: String]
        /// Also listen on this port of 127.0.0.1, with a password (see ``TemporaryPostgres/tcpURL(database:)``).
        /// 0 picks a free port; nil, the default, means Unix socket only.
        public var tcpPort: Int?
        /// Offer TLS on TCP connections.
        public var tls: TLS?

        public init(
            database: String = "vibe",
            durable: Bool = true,
            maxConnections: Int = 100,
            settings: [String: String] = [:],
            tcpPort: Int? = nil,
            tls: TLS? = nil
        ) {
            self.database = database
            self.durable = durable
            self.maxConnections = maxConnections
            self.settings = settings
            self.tcpPort = tcpPort
            self.tls = tls
        }
    }

    /// A server certificate and its key, both as PEM text.
    public struct TLS: Sendable {
        public var certificate: String
        public var key: String

        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// How to end a server.
    public enum StopMode: Sendable {
        /// Sessions are ended, open transactions rolled back, everything written. Postgres' "fast" shutdown.
        case fast
        /// As a crash: nothing is written, the next start recovers. Postgres' "immediate" shutdown.
        case immediate
    }
}

extension PrivatePostgres.Options {
    /// The server's settings, ours first so that ``settings`` wins.
    func serverSettings(home: Home, port: Int) -> [String: String] {
        var all = [
            "unix_socket_directories": "\"" + home.sockets.replacing("\"", with: "\"\"") + "\"",
            "unix_socket_permissions": "0700",
            "listen_addresses": tcpPort == nil ? "" : "127.0.0.1",
            "port": String(port),
            "max_connections": String(maxConnections),
            "timezone": "UTC",
            "log_timezone": "UTC",
            // Only what the server itself does is logged. Statement errors reach the client, and could hold texts that
            // must be in no log.
            "log_min_messages": "log",
            "log_checkpoints": "off",
            "log_destination": "stderr",
            "logging_collector": "off",
        ]
        if !durable {
            all["fsync"] = "off"
            all["full_page_writes"] = "off"
        }
        if tls != nil {
            all["ssl"] = "on"
            all["ssl_cert_file"] = home.certificate
            all["ssl_key_file"] = home.key
        }
        return all.merging(settings) { _, given in given }
    }
}
