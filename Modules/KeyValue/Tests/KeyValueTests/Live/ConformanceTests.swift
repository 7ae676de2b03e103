import Testing

@testable import KeyValue

/// What every transport must do, over a real Redis.
@Suite struct ConformanceTests {
    static let allBytes = (0...255).map { UInt8($0) }

    @Test("bytes come back as they were, in keys and values", arguments: Backend.allCases)
    func bytes(_ backend: Backend) async throws {
        try await withClient(backend) { client, prefix in
            let key = prefix.keyValueBytes + Self.allBytes
            for value in [Self.allBytes, [], [0], Array("OK".utf8), Array("\"\\\u{2028}👋".utf8), [0xC3]] {
                #expect(try await client.send(KeyValueCommand("SET", key, value)) == .ok)
                #expect(try await client.send(KeyValueCommand("GET", key)) == .bytes(value))
            }
            let results = try await client.pipeline([
                KeyValueCommand("HSET", prefix + "h", Self.allBytes, Self.allBytes),
                KeyValueCommand("HGETALL", prefix + "h"),
                KeyValueCommand("MGET", arguments: [key, (prefix + "none").keyValueBytes]),
            ])
            #expect(
                results.map { try? $0.get() } == [
                    .integer(1), .array([.bytes(Self.allBytes), .bytes(Self.allBytes)]),
                    .array([.bytes([0xC3]), .null]),
                ]
            )
            let transaction = try await client.transaction([
                KeyValueCommand("DEL", key), KeyValueCommand("EXISTS", key),
            ])
            #expect(transaction == [.success(.integer(1)), .success(.integer(0))])
        }
    }

    @Test("replies of all kinds look the same", arguments: Backend.allCases)
    func replies(_ backend: Backend) async throws {
        try await withClient(backend) { client, prefix in
            func send(_ name: String, _ arguments: any KeyValueArgument...) async throws -> KeyValueReply {
                try await client.send(KeyValueCommand(name, arguments: arguments.map(\.keyValueBytes)))
            }
            let missing = try await send("GET", prefix)
            #expect(missing.isNull)
            #expect(try await send("INCRBY", prefix, Int64.max) == .integer(.max))
            #expect(try await send("GET", prefix).text == "9223372036854775807")
            #expect(try await send("TYPE", prefix).text == "string")
            #expect(try await send("ZADD", prefix + "z", "1.5", "a").integer == 1)
            #expect(try await send("ZSCORE", prefix + "z", "a").text == "1.5")
            #expect(try await send("LRANGE", prefix + "none", 0, -1).elements == [])
            let nested = KeyValueCommand.script("return {1, {ARGV[1], false, {}}, {ok = 'fine'}}", arguments: [[0xFF]])
            if backend == .rest || backend == .restTLS {
                #expect(await kind { try await client.send(nested) } == .encoding)
            } else {
                #expect(
                    try await client.send(nested)
                        == .array([
                            .integer(1), .array([.bytes([0xFF]), .null, .array([])]), .bytes(Array("fine".utf8)),
                        ])
                )
            }
        }
    }

    @Test("refusals are typed, and name no data", arguments: Backend.allCases)
    func refusals(_ backend: Backend) async throws {
        try await withClient(backend) { client, prefix in
            try await client.send(KeyValueCommand("SET", prefix, "x"))
            #expect(await kind { try await client.send(KeyValueCommand("LPUSH", prefix, "x")) } == .server(.wrongType))
            // The same through the script that carries bytes over REST.
            let binary = KeyValueCommand("LPUSH", prefix, [UInt8(0xFF)])
            #expect(await kind { try await client.send(binary) } == .server(.wrongType))
            let unknown = await #expect(throws: KeyValueError.self) {
                try await client.send(KeyValueCommand("NOSUCH", "secret"))
            }
            #expect(unknown?.kind == .server(.error))
            #expect(unknown.map { !"\($0)".contains("secret") && $0.debugDetail.contains("secret") } == true)
            #expect(await kind { try await client.send(KeyValueCommand("subscribe", "x")) } == .misuse)
            #expect(await kind { try await client.transaction([KeyValueCommand("EXEC")]) } == .misuse)
            let writing = KeyValueCommand.script("return redis.call('SET', 'a', 'b')", isReadOnly: true)
            #expect(await kind { try await client.send(writing) } == .server(.error))
        }
    }

    @Test("each command of a pipeline succeeds or fails by itself", arguments: Backend.allCases)
    func pipelines(_ backend: Backend) async throws {
        try await withClient(backend) { client, prefix in
            #expect(try await client.pipeline([]) == [])
            let results = try await client.pipeline([
                KeyValueCommand("SET", prefix, "1"), KeyValueCommand("LPUSH", prefix, "x"),
                KeyValueCommand("INCR", prefix),
            ])
            #expect(results[0] == .success(.ok))
            #expect(results[1].kind == .server(.wrongType))
            #expect(results[2] == .success(.integer(2)))

            let many = try await client.pipeline((0..<5000).map { _ in KeyValueCommand("INCR", prefix + "n") })
            #expect(many == (1...5000).map { .success(.integer($0)) })
        }
    }

    @Test("a transaction happens whole or not at all", arguments: Backend.allCases)
    func transactions(_ backend: Backend) async throws {
        try await withClient(backend) { client, prefix in
            let failing = try await client.transaction([
                KeyValueCommand("SET", prefix, "1"), KeyValueCommand("LPUSH", prefix, "x"),
                KeyValueCommand("INCR", prefix),
            ])
            #expect(failing[1].kind == .server(.wrongType))
            #expect(failing[2] == .success(.integer(2)))

            let error = await #expect(throws: KeyValueError.self) {
                try await client.transaction([KeyValueCommand("SET", prefix, "9"), KeyValueCommand("SET", prefix)])
            }
            #expect(error?.kind == .server(.error) && error?.isOutcomeUnknown == false)
            #expect(try await client.send(KeyValueCommand("GET", prefix)).text == "2")
        }
    }

    @Test("no command of another comes into a transaction, and replies find their callers", arguments: Backend.allCases)
    func concurrency(_ backend: Backend) async throws {
        try await withClient(backend) { client, prefix in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let name = "\(prefix)\(number)"
                        try await client.send(KeyValueCommand("SET", name, number))
                        #expect(try await client.send(KeyValueCommand("GET", name)).text == "\(number)")
                        let steps = try await client.transaction([
                            KeyValueCommand("INCR", prefix + "n"), KeyValueCommand("INCR", prefix + "n"),
                        ])
                        let numbers = steps.compactMap { try? $0.get().integer }
                        #expect(numbers.count == 2 && numbers.first.map { $0 + 1 } == numbers.last)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.send(KeyValueCommand("GET", prefix + "n")).text == "200")
        }
    }

    @Test("a scan finds every key, and goes on where it was left", arguments: Backend.allCases)
    func scans(_ backend: Backend) async throws {
        try await withClient(backend) { client, prefix in
            let keys = (0..<700).map { "\(prefix)\($0)" }
            _ = try await client.pipeline(keys.map { KeyValueCommand("SET", $0, "x") })
            try await client.send(KeyValueCommand("SADD", prefix + "set", "m"))
            func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

            var found: Set<String> = []
            var kept: KeyValueScanCursor?
            for try await page in client.scan(.keys(type: "string"), matching: prefix + "*", pageSize: 100) {
                found.formUnion(page.elements.map(text))
                kept = page.next
                if found.count > 100 { break }
            }
            let place = try #require(kept)
            let rest = client.scan(.keys(type: "string"), matching: prefix + "*", from: .init(text: place.text))
            for try await page in rest { found.formUnion(page.elements.map(text)) }
            #expect(found == Set(keys))

            let fields = (0..<600).map { "f\($0)" }
            try await client.send(
                KeyValueCommand("HSET", arguments: ([prefix + "h"] + fields.flatMap { [$0, $0] }).map(\.keyValueBytes))
            )
            var pairs: [String: String] = [:]
            for try await page in client.scan(.hash((prefix + "h").keyValueBytes)) {
                for index in stride(from: 0, to: page.elements.count, by: 2) {
                    pairs[text(page.elements[index])] = text(page.elements[index + 1])
                }
            }
            #expect(pairs == Dictionary(uniqueKeysWithValues: fields.map { ($0, $0) }))
            for try await page in client.scan(.set((prefix + "set").keyValueBytes)) {
                #expect(page == KeyValueScanPage(elements: [Array("m".utf8)], next: nil))
            }
            await #expect(throws: KeyValueError.self) {
                for try await _ in client.scan(.sortedSet((prefix + "h").keyValueBytes)) {}
            }
        }
    }

    @Test("large values pass", arguments: Backend.allCases)
    func largeValues(_ backend: Backend) async throws {
        try await withClient(backend) { client, prefix in
            let text = Array(String(repeating: "0123456789abcdef", count: 1 << 18).utf8)
            try await client.send(KeyValueCommand("SET", prefix, text))
            #expect(try await client.send(KeyValueCommand("GET", prefix)) == .bytes(text))
            try await client.send(KeyValueCommand("DEL", prefix))
        }
    }

    @Test("the budget counts each command, and what exceeds it is not sent", arguments: Backend.allCases)
    func budgets(_ backend: Backend) async throws {
        let total = KeyValueBudget(commands: 100)
        try await withClient(backend, budget: total) { client, prefix in
            let part = KeyValueBudget(commands: 5)
            let limited = client.limited(by: part)
            try await limited.send(KeyValueCommand("INCR", prefix))
            _ = try await limited.pipeline([KeyValueCommand("INCR", prefix), KeyValueCommand("INCR", prefix)])
            #expect(part.used == 3 && total.used == 3)
            let three = Array(repeating: KeyValueCommand("INCR", prefix), count: 3)
            #expect(await kind { try await limited.pipeline(three) } == .budget)
            #expect(part.used == 3 && total.used == 3)
            // RESP needs MULTI and EXEC besides.
            _ = try await client.transaction([KeyValueCommand("INCR", prefix)])
            let isREST = backend == .rest || backend == .restTLS
            #expect(total.used == (isREST ? 4 : 6) && part.used == 3)
            #expect(try await client.send(KeyValueCommand("GET", prefix)).text == "4")

            // The outer budget is what is short here; the inner one gets back what it gave.
            let wide = KeyValueBudget()
            let many = Array(repeating: KeyValueCommand("INCR", prefix), count: 100)
            #expect(await kind { try await client.limited(by: wide).pipeline(many) } == .budget)
            #expect(wide.used == 0)
        }
    }

    @Test("a rate makes callers wait, but not past their deadline", arguments: [Backend.resp, .rest])
    func rates(_ backend: Backend) async throws {
        try await withClient(backend, budget: KeyValueBudget(perSecond: 50)) { client, prefix in
            let start = ContinuousClock.now
            for _ in 0..<16 { try await client.send(KeyValueCommand("INCR", prefix)) }
            // 16 commands, of which the burst lets 6 pass at once.
            #expect(ContinuousClock.now - start >= .milliseconds(190))
            _ = try await client.pipeline(Array(repeating: KeyValueCommand("INCR", prefix), count: 100))
            let late = await kind {
                try await client.send(KeyValueCommand("INCR", prefix), timeout: .milliseconds(200))
            }
            #expect(late == .deadline(sent: false))
            #expect(client.budget.used == 116)
        }
    }

    @Test("the commands that may be repeated are those that Redis calls read-only")
    func readOnlyCommands() async throws {
        try await withClient(.resp) { client, _ in
            // They change nothing, although they are not flagged, since they read no keys.
            let questions: Set<String> = ["ECHO", "INFO", "PING", "TIME"]
            let names = CommandTable.reads.union(CommandTable.refused).sorted()
            let reply = try await client.send(
                KeyValueCommand("COMMAND", arguments: [Array("INFO".utf8)] + names.map(\.keyValueBytes))
            )
            var unknown: [String] = []
            for (name, entry) in zip(names, try #require(reply.elements)) where CommandTable.reads.contains(name) {
                guard let entry = entry.elements else {
                    unknown.append(name)
                    continue
                }
                var flags = Set((entry[2].elements ?? []).compactMap(\.text))
                // A command with subcommands has its flags there.
                let subcommands = (entry.count > 9 ? entry[9].elements : nil) ?? []
                if !subcommands.isEmpty {
                    #expect(
                        subcommands.allSatisfy { !($0.elements?[2].elements ?? []).contains { $0.text == "write" } },
                        "\(name)"
                    )
                    flags.insert("readonly")
                }
                #expect(flags.contains("readonly") || questions.contains(name), "\(name)")
                #expect(!flags.contains("write") && !flags.contains("blocking"), "\(name)")
            }
            #expect(unknown == [])
            #expect(CommandTable.reads.isDisjoint(with: CommandTable.refused))
        }
    }
}
