import Testing

@testable import Postgres

@Suite struct ListenTests {
    @Test func messagesArriveInOrderAlsoAfterTheConnectionWasLost() async throws {
        let server = try TestServer()
        try await withClient(server) { client in
            var events = client.listen(["first", "Second \"channel\""]).makeAsyncIterator()
            #expect(await events.next() == .listening)
            for number in 0..<50 {
                try await client.write("SELECT pg_notify('first', \(String(number)))")
            }
            for number in 0..<50 {
                #expect(await events.next() == .notification(.init(channel: "first", payload: String(number))))
            }
            try await client.write("SELECT pg_notify('unheard', ''), pg_notify('Second \"channel\"', '')")
            #expect(await events.next() == .notification(.init(channel: "Second \"channel\"", payload: "")))
            for _ in 0..<3 {
                try await client.write(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                )
                #expect(await events.next() == .reconnected)
                try await client.write("SELECT pg_notify('first', 'again')")
                #expect(await events.next() == .notification(.init(channel: "first", payload: "again")))
            }
            try server.stop()
            try server.start()
            #expect(await events.next() == .reconnected)
        }
    }

    @Test func manyListenersShareAConnection() async throws {
        let server = try TestServer()
        try await withClient(server) { client in
            var listeners = (0..<20).map { client.listen(["shared", "own_\($0)"]).makeAsyncIterator() }
            for index in listeners.indices { #expect(await listeners[index].next() == .listening) }
            try await client.write("SELECT pg_notify('own_7', 'x'), pg_notify('shared', 'y')")
            #expect(await listeners[7].next() == .notification(.init(channel: "own_7", payload: "x")))
            for index in listeners.indices {
                #expect(await listeners[index].next() == .notification(.init(channel: "shared", payload: "y")))
            }
            let connections = try await client.read(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query LIKE 'UNLISTEN%'"
            )
            #expect(connections[0].int64(0) == 1)
            // Who stops listening is forgotten.
            listeners.removeAll()
            try await eventually {
                try await client.read("SELECT FROM pg_stat_activity WHERE query LIKE 'UNLISTEN%'").count == 1
            }
        }
    }

    @Test func aSlowListenerLearnsThatItMissedSomething() async throws {
        try await withClient { client in
            var slow = client.listen(["flood"]).makeAsyncIterator()
            #expect(await slow.next() == .listening)
            var quick = client.listen(["flood"]).makeAsyncIterator()
            #expect(await quick.next() == .listening)
            for start in stride(from: 0, to: 2000, by: 500) {
                try await client.write(
                    "SELECT pg_notify('flood', i::text) FROM generate_series(\(start), \(start + 499)) AS i"
                )
                for number in start..<start + 500 {
                    #expect(await quick.next() == .notification(.init(channel: "flood", payload: String(number))))
                }
            }
            var missed = false
            var last: PostgresNotifications.Event?
            for _ in 0..<PostgresNotifications.bufferLimit {
                last = await slow.next()
                if last == .missed { missed = true }
            }
            #expect(missed && last == .missed)
        }
    }

    @Test func whatCannotWorkEnds() async throws {
        try await withClient { client in
            var none = client.listen([String(repeating: "x", count: 64)]).makeAsyncIterator()
            #expect(await none.next() == nil)
        }
        try await withClient {
            $0.preparedStatements = false
        } _: { client in
            #expect(!client.configuration.supportsListen)
            var none = client.listen(["a"]).makeAsyncIterator()
            #expect(await none.next() == nil)
        }
    }

    @Test func namesAreQuoted() {
        #expect(SQLIdentifier.quoted("a") == "\"a\"")
        #expect(SQLIdentifier.quoted("a\"; DROP TABLE x; --") == "\"a\"\"; DROP TABLE x; --\"")
    }
}
