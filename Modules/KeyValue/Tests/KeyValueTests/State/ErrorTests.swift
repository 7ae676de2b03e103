import Testing

@testable import KeyValue

@Suite struct ErrorTests {
    @Test(
        arguments: [
            ("ERR unknown command 'x'", .server(.error)),
            ("WRONGTYPE Operation against a key", .server(.wrongType)),
            ("LOADING Redis is loading the dataset in memory", .server(.loading)),
            ("OOM command not allowed", .server(.outOfMemory)),
            ("MOVED 3999 127.0.0.1:6381", .moved(to: "127.0.0.1:6381")),
            ("MOVED", .moved(to: "")),
            ("ASK 3999 127.0.0.1:6381", .server(.init(rawValue: "ASK"))),
            ("NOAUTH Authentication required.", .authentication),
            ("WRONGPASS invalid username-password pair", .authentication),
            ("ERR AUTH <password> called without any password configured", .authentication),
            ("ERR invalid password", .authentication),
            ("ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.", .limited(retryAfter: nil)),
            ("ERR max request size exceeded. Limit: 1048576 bytes", .server(.error)),
            ("Unauthorized", .server(.error)),
            ("", .server(.error)),
            ("NOSUCH", .server(.init(rawValue: "NOSUCH"))),
        ] as [(String, KeyValueError.Kind)]
    )
    func serverTexts(text: String, kind: KeyValueError.Kind) {
        let error = KeyValueError(serverText: text)
        #expect(error.kind == kind)
        #expect(error.debugDetail.hasSuffix(text))
        #expect(text.count < 12 || !error.description.contains(text))
    }

    @Test("what may be tried again, and what may have happened")
    func meanings() {
        #expect(KeyValueError(serverText: "LOADING x").isRetryable)
        #expect(!KeyValueError(serverText: "WRONGTYPE x").isRetryable)
        #expect(
            KeyValueError.deadline(sent: false).isRetryable && !KeyValueError.deadline(sent: false).isOutcomeUnknown
        )
        #expect(!KeyValueError.deadline(sent: true).isRetryable && KeyValueError.deadline(sent: true).isOutcomeUnknown)
        #expect(KeyValueError.unknownOutcome(because: .connection("x")).isOutcomeUnknown)
        #expect(!KeyValueError.connection("x").isOutcomeUnknown)
    }

    private func transaction(_ replies: KeyValueReply...) -> Attempt { .transaction(replies) }
    private let queued = KeyValueReply.bytes(Array("QUEUED".utf8))
    private func refusal(_ text: String) -> KeyValueReply { .error(KeyValueError(serverText: text)) }

    @Test("the answers to a transaction")
    func transactions() {
        #expect(transaction(.ok, queued, .array([.integer(1)])).replies == [.integer(1)])
        #expect(transaction(.ok, queued, .array([refusal("ERR x")])).failure == nil)

        let unqueued = transaction(.ok, queued, refusal("ERR unknown"), refusal("EXECABORT x"))
        #expect(unqueued.failure?.error.debugDetail.hasSuffix("ERR unknown") == true)
        #expect(unqueued.failure?.mayHaveRun == false && unqueued.failure?.isPassing == false)

        let loading = transaction(refusal("LOADING x"), refusal("LOADING x"), refusal("ERR EXEC without MULTI"))
        #expect(loading.failure?.mayHaveRun == false && loading.failure?.isPassing == true)

        // MULTI was refused and its command was not: it ran by itself.
        #expect(transaction(refusal("BUSY x"), .ok, refusal("ERR EXEC without MULTI")).failure?.mayHaveRun == true)
        #expect(transaction(.ok, queued, .null).failure?.error.kind == .protocolViolation)
        #expect(transaction(.ok, queued, .array([])).failure?.error.kind == .protocolViolation)
    }

    @Test("an attempt failed if all of it was refused for a while; not if some of it was answered")
    func attempts() {
        #expect(Attempt.answered([refusal("LOADING x"), refusal("BUSY x")]).failure?.isPassing == true)
        #expect(Attempt.answered([refusal("LOADING x"), .ok]).failure == nil)
        #expect(Attempt.answered([refusal("WRONGTYPE x")]).failure == nil)
        #expect(Attempt.answered([refusal("WRONGTYPE x")]).replies.count == 1)
    }
}
