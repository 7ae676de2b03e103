import Logging
import Testing

@testable import KeyValue

@Suite struct AddressTests {
    @Test func resp() throws {
        let full = try KeyValueConfiguration(url: "rediss://default:p%40ss%2F@kv.example.com:6380/3")
        #expect(
            full.address
                == .resp(
                    RESPAddress(
                        host: "kv.example.com",
                        port: 6380,
                        usesTLS: true,
                        user: "default",
                        password: "p@ss/",
                        database: 3
                    )
                )
        )
        let plain = RESPAddress(host: "::1", port: 6379, usesTLS: false, user: nil, password: nil, database: 0)
        #expect(try KeyValueConfiguration(url: "redis://[::1]").address == .resp(plain))
        #expect(try KeyValueConfiguration(url: "REDIS://[::1]/").address == .resp(plain))
        guard case .resp(let old) = try KeyValueConfiguration(url: "redis://:secret@h:1").address else { return }
        #expect(old.user == nil && old.password == "secret")
    }

    @Test func rest() throws {
        let address = RESTAddress(base: "https://eu1-x.example.com/kv", host: "eu1-x.example.com", token: "t")
        #expect(try KeyValueConfiguration(url: "https://eu1-x.example.com/kv/", token: "t").address == .rest(address))
        #expect(throws: Never.self) { try KeyValueConfiguration(url: "http://127.0.0.1:8080", token: "t") }
    }

    @Test(
        "what is wrong is said without the secrets in it",
        arguments: [
            ("", nil), ("kv.example.com:6379", nil), ("redis://", nil), ("redis://:hush@h/name", nil),
            ("redis://:hush@h?x=1", nil),
            ("redis://h", "hush"), ("https://h", nil), ("https://h", ""), ("https://h", "hush\r\nX: y"),
            ("https://a:hush@h", "hush"),
            ("http://kv.example.com", "hush"), ("ftp://hush@h", nil), ("redis://:hu sh@h", nil),
            ("redis://h:99999999", nil),
        ] as [(String, String?)]
    )
    func wrong(url: String, token: String?) {
        let error = #expect(throws: KeyValueError.self) { try KeyValueConfiguration(url: url, token: token) }
        #expect(error?.kind == .configuration)
        #expect(error.map { !"\($0) \($0.debugDetail)".contains("hu") } ?? false)
    }

    @Test("descriptions hold no secrets")
    func descriptions() throws {
        #expect("\(try KeyValueConfiguration(url: "rediss://u:hush@h"))" == "KeyValueConfiguration(rediss://h:6379)")
        #expect("\(try KeyValueConfiguration(url: "https://h", token: "hush"))" == "KeyValueConfiguration(REST at h)")
        #expect("\(KeyValueCommand("set", "key", "hush"))" == "SET with 2 arguments")
    }

    @Test("certificates that cannot be read stop the start", arguments: ["rediss://h", "https://h"])
    func certificates(url: String) throws {
        var configuration = try KeyValueConfiguration(url: url, token: url.hasPrefix("https") ? "t" : nil)
        configuration.trustedCertificates = "/nowhere.pem"
        let error = #expect(throws: KeyValueError.self) {
            try KeyValueClient(configuration: configuration, logger: Logger(label: "test"))
        }
        #expect(error?.kind == .configuration)
    }
}
