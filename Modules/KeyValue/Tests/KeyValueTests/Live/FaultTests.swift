import Foundation
import KeyValue
import Testing

/// What a real server or network does on bad days.
@Suite struct FaultTests {
    private let write = KeyValueCommand("SET", "key", "value")
    private let read = KeyValueCommand("GET", "key")

    // MARK: Reaching the server

    @Test(
        "nothing listens: said after the last attempt, also for writes",
        arguments: ["redis", "rediss", "http", "https"]
    )
    func refusedConnection(scheme: String) async throws {
        let url = "\(scheme)://127.0.0.1:\(try RedisServer.freePort())"
        let configuration = try KeyValueConfiguration(url: url, token: scheme.hasPrefix("http") ? "t" : nil)
        try await withClient(configuration) { client in
            #expect(await kind { try await client.send(write) } == .unavailable)
            #expect(await kind { try await client.transaction([read]) } == .unavailable)
            #expect(client.budget.used == 0)
        }
    }

    @Test(
        "a wrong password is said at once",
        arguments: ["redis://:wrong@127.0.0.1:", "redis://nobody:x@127.0.0.1:", "redis://127.0.0.1:"]
    )
    func wrongPassword(address: String) async throws {
        try await withClient(KeyValueConfiguration(url: "\(address)\(RedisServer.shared.port)")) { client in
            #expect(await kind { try await client.send(write) } == .authentication)
            #expect(await kind { try await client.transaction([write]) } == .authentication)
        }
    }

    @Test("a wrong token is said at once")
    func wrongToken() async throws {
        try await withClient(KeyValueConfiguration(url: Gateway.shared.get().url, token: "wrong")) { client in
            #expect(await kind { try await client.send(write) } == .authentication)
            #expect(await kind { try await client.transaction([write]) } == .authentication)
            #expect(client.budget.used == 2)
        }
    }

    @Test("a certificate that is not trusted is refused", arguments: [Backend.respTLS, .restTLS])
    func untrustedCertificate(_ backend: Backend) async throws {
        var configuration = try backend.configuration()
        configuration.trustedCertificates = try Certificate.stranger.path
        try await withClient(configuration) { client in
            #expect(await kind { try await client.send(write) } == .tls)
        }
        configuration.trustedCertificates = nil
        try await withClient(configuration) { client in
            #expect(await kind { try await client.send(write) } == .tls)
        }
    }

    @Test("TLS to a port without it fails as such")
    func plainPort() async throws {
        try await withClient(KeyValueConfiguration(url: "rediss://127.0.0.1:\(RedisServer.shared.port)")) { client in
            let failure = await kind { try await client.send(write) }
            #expect(failure == .tls || failure == .unavailable)
        }
    }

    @Test("the number in the path chooses the database")
    func database() async throws {
        let name = "database:\(UInt64.random(in: 0...UInt64.max))"
        try await withClient(KeyValueConfiguration(url: RedisServer.shared.url + "/5")) { client in
            try await client.send(KeyValueCommand("SET", name, "five"))
            try await withClient(KeyValueConfiguration(url: RedisServer.shared.url)) { other in
                let foreign = try await other.send(KeyValueCommand("GET", name))
                #expect(foreign.isNull)
            }
            #expect(try await client.send(KeyValueCommand("GET", name)).text == "five")
        }
        try await withClient(KeyValueConfiguration(url: RedisServer.shared.url + "/99")) { client in
            #expect(await kind { try await client.send(read) } == .server(.error))
        }
    }

    // MARK: Losing it

    @Test("a server killed while a pipeline waits: writes are of unknown outcome, reads are sent again")
    func killedServer() async throws {
        let server = try RedisServer()
        try await withClient(KeyValueConfiguration(url: server.url)) { client in
            try await client.send(KeyValueCommand("SET", "key", "kept"))
            // Nothing ends this script but the end of the server.
            let endless = KeyValueCommand.script("redis.call('GET', 'key') while true do end", isReadOnly: true)
            async let writes = client.pipeline([write, endless, write])
            try await eventually("the server is busy with the script") {
                await kind { try await client.send(read, timeout: .seconds(1)) } == .server(.busy)
            }
            async let reads = client.pipeline([read, read])
            try server.kill()
            let lost = try await writes
            #expect(lost.map(\.kind) == [.unknownOutcome, .connection, .unknownOutcome])
            try server.start()
            _ = try? await reads
            let again = try await client.pipeline([read, KeyValueCommand("STRLEN", "key")])
            // The first write reached the server; the one behind the script did not run.
            #expect(again.map { try? $0.get() } == [.bytes(Array("value".utf8)), .integer(5)])
        }
    }

    @Test("answers that came before the connection broke are kept")
    func cutPipeline() async throws {
        try await ScriptedServer.run { _, number, _ in
            number == 3 ? .close : .say("+OK\r\n")
        } _: { server in
            try await withClient(KeyValueConfiguration(url: server.url)) { client in
                let results = try await client.pipeline([write, write, write, read, write])
                #expect(results.map(\.kind) == [nil, nil, .unknownOutcome, .connection, .unknownOutcome])
                #expect(results[0] == .success(.ok))
                #expect(server.received.count == 3)
            }
        }
    }

    @Test("of reads only those without an answer are sent again, over a new connection")
    func cutReads() async throws {
        try await ScriptedServer.run { connection, number, words in
            connection == 1 && number == 2 ? .close : .say("$1\r\n\(words[1])\r\n")
        } _: { server in
            try await withClient(KeyValueConfiguration(url: server.url)) { client in
                let results = try await client.pipeline(["a", "b", "c"].map { KeyValueCommand("GET", $0) })
                #expect(results.map { try? $0.get().text } == ["a", "b", "c"])
                #expect(server.received.map { $0[1] } == ["a", "b", "b", "c"])
                #expect(client.budget.used == 5)
            }
        }
    }

    @Test("a transaction cut off is of unknown outcome as a whole, and sent once")
    func cutTransaction() async throws {
        try await ScriptedServer.run { _, number, _ in
            number == 4 ? .close : .say("+QUEUED\r\n")
        } _: { server in
            try await withClient(KeyValueConfiguration(url: server.url)) { client in
                let error = await #expect(throws: KeyValueError.self) { try await client.transaction([write, write]) }
                #expect(error?.kind == .unknownOutcome && error?.isOutcomeUnknown == true)
                #expect(server.received.map { $0[0] } == ["MULTI", "SET", "SET", "EXEC"])
            }
        }
    }

    @Test("over REST: a write cut off is of unknown outcome, a read is sent again", arguments: ["before", "after"])
    func cutRequests(when: String) async throws {
        let name = "cut:\(UInt64.random(in: 0...UInt64.max))"
        let cut = #"{"cut": "\#(when)"}"#
        let gateway = try Gateway(faults: "[\(cut), {}, \(cut), \(cut)]")
        try await withClient(KeyValueConfiguration(url: gateway.url, token: Gateway.token)) { client in
            let results = try await client.pipeline([KeyValueCommand("INCR", name), KeyValueCommand("GET", name)])
            #expect(results.map(\.kind) == [.unknownOutcome, .connection])
            let first = try await client.send(KeyValueCommand("GET", name))
            #expect(first == (when == "after" ? .bytes(Array("1".utf8)) : .null))
            #expect(try await client.send(KeyValueCommand("GET", name)) == first)
            // Two commands, one, and one three times.
            #expect(client.budget.used == 6)
            gateway.stop()
        }
    }

    @Test("a failing proxy in between leaves a write's outcome open")
    func badGateway() async throws {
        let gateway = try Gateway(faults: #"[{"status": 502}, {"status": 503}, {"status": 500}]"#)
        try await withClient(KeyValueConfiguration(url: gateway.url, token: Gateway.token)) { client in
            #expect(await kind { try await client.transaction([write]) } == .unknownOutcome)
            let answer = try await client.pipeline([read])
            #expect(answer[0].kind == nil)
        }
    }

    // MARK: Being refused for a while

    @Test("429 asks for patience: nothing ran, so that writes are sent again too")
    func tooManyRequests() async throws {
        let name = "patience:\(UInt64.random(in: 0...UInt64.max))"
        let gateway = try Gateway(faults: #"[{"status": 429, "headers": {"Retry-After": "1"}}, {"status": 429}]"#)
        try await withClient(KeyValueConfiguration(url: gateway.url, token: Gateway.token)) { client in
            let start = ContinuousClock.now
            let number = try await client.send(KeyValueCommand("INCR", name))
            #expect(number == .integer(1))
            #expect(ContinuousClock.now - start >= .seconds(1))
            #expect(client.budget.used == 3)
        }
    }

    @Test("429 without end is said, and not waited for past the deadline")
    func limitedForLong() async throws {
        let gateway = try Gateway(faults: #"[{"status": 429, "headers": {"Retry-After": "3600"}}]"#)
        try await withClient(KeyValueConfiguration(url: gateway.url, token: Gateway.token)) { client in
            #expect(await kind { try await client.send(write) } == .limited(retryAfter: .seconds(3600)))
            #expect(client.budget.used == 1)
        }
        let endless = try Gateway(
            faults: "[" + Array(repeating: #"{"status": 429}"#, count: 9).joined(separator: ",") + "]"
        )
        try await withClient(KeyValueConfiguration(url: endless.url, token: Gateway.token)) { client in
            #expect(await kind { try await client.send(write) } == .limited(retryAfter: nil))
            #expect(client.budget.used == 5)
        }
    }

    @Test("no attempt exceeds the budget")
    func retriesWithinBudget() async throws {
        let gateway = try Gateway(faults: #"[{"status": 429}, {"status": 429}, {"status": 429}]"#)
        let configuration = try KeyValueConfiguration(url: gateway.url, token: Gateway.token)
        try await withClient(configuration, budget: KeyValueBudget(commands: 2)) { client in
            #expect(await kind { try await client.send(write) } == .limited(retryAfter: nil))
            #expect(client.budget.used == 2)
        }
    }

    @Test("a server that is loading is asked again; in the end it is said")
    func loading() async throws {
        let refusal = "-LOADING Redis is loading the dataset in memory\r\n"
        try await ScriptedServer.run { _, number, words in
            .say(number <= 2 || words[0] == "DEL" ? refusal : "+OK\r\n")
        } _: {
            server in
            try await withClient(KeyValueConfiguration(url: server.url)) { client in
                #expect(try await client.send(write) == .ok)
                #expect(server.received.count == 3)
                let deletion = KeyValueCommand("DEL", "key")
                #expect(await kind { try await client.send(deletion) } == .server(.loading))
                // Others were answered, so that this is no passing state of the whole.
                let results = try await client.pipeline([write, deletion])
                #expect(results.map(\.kind) == [nil, .server(.loading)])
            }
        }
    }

    @Test("a key that lives elsewhere is said with its place, and not followed")
    func moved() async throws {
        try await ScriptedServer.run { _, _, _ in
            .say("-MOVED 3999 127.0.0.1:6381\r\n")
        } _: { server in
            try await withClient(KeyValueConfiguration(url: server.url)) { client in
                #expect(await kind { try await client.send(read) } == .moved(to: "127.0.0.1:6381"))
                #expect(server.received.count == 1)
            }
        }
    }

    // MARK: Answers that come late or are wrong

    @Test("a slow server is waited for until the deadline", arguments: [true, false])
    func slowServer(overREST: Bool) async throws {
        try await ScriptedServer.run { _, _, _ in
            .wait
        } _: { server in
            let gateway = try Gateway(faults: #"[{"delay": 60}, {"body_delay": 60}]"#)
            let configuration =
                try overREST
                ? KeyValueConfiguration(url: gateway.url, token: Gateway.token) : KeyValueConfiguration(url: server.url)
            try await withClient(configuration) { client in
                for command in [write, read] {
                    let failure = await kind { try await client.send(command, timeout: .seconds(2)) }
                    #expect(failure == .deadline(sent: true))
                }
            }
            gateway.stop()
        }
    }

    @Test("a cancelled task does not wait", arguments: [true, false])
    func cancellation(overREST: Bool) async throws {
        try await ScriptedServer.run { _, _, _ in
            .wait
        } _: { server in
            let gateway = try Gateway(faults: #"[{"delay": 60}]"#)
            let configuration =
                try overREST
                ? KeyValueConfiguration(url: gateway.url, token: Gateway.token) : KeyValueConfiguration(url: server.url)
            try await withClient(configuration) { client in
                let name = "cancelled:\(UInt64.random(in: 0...UInt64.max))"
                let task = Task { await kind { try await client.send(KeyValueCommand("SET", name, "x")) } }
                try await withClient(.resp) { other, _ in
                    try await eventually("the command arrived") {
                        if overREST { return try await other.send(KeyValueCommand("EXISTS", name)).integer == 1 }
                        return server.received.count == 1
                    }
                }
                task.cancel()
                #expect(await task.value == .cancelled(sent: true))
            }
            gateway.stop()
        }
    }

    @Test("a connection that is silent about an abandoned request is given up, for the good of those behind it")
    func silence() async throws {
        try await ScriptedServer.run { connection, number, words in
            connection == 1 && number > 1 ? .wait : .say("$\(words[1].utf8.count)\r\n\(words[1])\r\n")
        } _: { server in
            var configuration = try KeyValueConfiguration(url: server.url)
            configuration.connections = 1
            try await withClient(configuration) { client in
                try await client.send(KeyValueCommand("GET", "first"))
                let slow = Task { await kind { try await client.send(KeyValueCommand("GET", "slow")) } }
                try await eventually("it was sent") { server.received.count == 2 }
                slow.cancel()
                #expect(await slow.value == .cancelled(sent: true))
                // It stands behind the silent one until that connection is given up; then it is sent again.
                let next = try await client.send(KeyValueCommand("GET", "next"))
                #expect(next.text == "next")
                let slowAgain = try await client.send(KeyValueCommand("GET", "slow"))
                #expect(slowAgain.text == "slow")
            }
        }
    }

    @Test("an abandoned request's late answer is given to nobody else")
    func lateAnswers() async throws {
        let server = try RedisServer()
        var configuration = try KeyValueConfiguration(url: server.url)
        configuration.connections = 1
        try await withClient(configuration) { client in
            try await client.send(KeyValueCommand("SET", "key", "next"))
            // It answers after three seconds.
            let script =
                "local t = redis.call('TIME') local e = t[1] * 1000000 + t[2] + 3000000 "
                + "repeat t = redis.call('TIME') until t[1] * 1000000 + t[2] > e return 'slow'"
            let slow = await kind { try await client.send(.script(script), timeout: .seconds(1)) }
            #expect(slow == .deadline(sent: true))
            let next = try await client.send(read)
            #expect(next.text == "next")
        }
    }

    @Test("an answer that is too long ends as such, not in memory")
    func oversizeAnswers() async throws {
        let name = "oversize:\(UInt64.random(in: 0...UInt64.max))"
        try await withClient(.resp) { client, _ in
            try await client.send(KeyValueCommand("SET", name, Array(repeating: 120, count: 100_000)))
        }
        for backend in Backend.allCases {
            var configuration = try backend.configuration()
            configuration.maximumReplyBytes = 20_000
            try await withClient(configuration) { client in
                let read = await kind { try await client.send(KeyValueCommand("GET", name)) }
                #expect(read == .tooLarge, "\(backend)")
                #expect(client.budget.used == 1)
                let taken = await kind {
                    try await client.send(KeyValueCommand("GETSET", name, Array(repeating: 120, count: 100_000)))
                }
                #expect(taken == .unknownOutcome, "\(backend)")
                let length = try await client.send(KeyValueCommand("STRLEN", name))
                #expect(length == .integer(100_000))
            }
        }
    }

    @Test("answers out of protocol are refused", arguments: ["!\r\n", "$-7\r\n", "+OK\r\n+OK\r\n"])
    func brokenProtocol(text: String) async throws {
        try await ScriptedServer.run { _, _, _ in
            .say(text)
        } _: { server in
            try await withClient(KeyValueConfiguration(url: server.url)) { client in
                _ = try? await client.send(write)
                if !text.hasPrefix("+") {
                    #expect(await kind { try await client.send(read) } == .protocolViolation)
                    #expect(await kind { try await client.send(write) } == .unknownOutcome)
                }
            }
        }
    }

    @Test("answers that are no JSON are refused")
    func brokenJSON() async throws {
        let gateway = try Gateway(faults: #"[{"body": "<html>"}, {"body": "[]"}, {"body": "[{\"result\": \"?\"}]"}]"#)
        try await withClient(KeyValueConfiguration(url: gateway.url, token: Gateway.token)) { client in
            #expect(await kind { try await client.send(read) } == .protocolViolation)
            #expect(await kind { try await client.send(write) } == .unknownOutcome)
            #expect(await kind { try await client.send(read) } == .protocolViolation)
        }
    }

    // MARK: The end

    @Test("after the end nothing is sent", arguments: Backend.allCases)
    func shutDown(_ backend: Backend) async throws {
        try await withClient(backend) { client, _ in
            try await client.send(read)
            let service = Task { try await client.run() }
            service.cancel()
            try await service.value
            #expect(await kind { try await client.send(write) } == .closed)
        }
    }
}
