import Crypto
import Foundation
import HTTPTypes
import JSONText
import Logging
import Testing

@testable import Kernel

@Suite struct AccessLogTests {
    let file = LogFile()

    private func hash(_ secret: String) -> HandleHash {
        HandleHash(key: SymmetricKey(data: Data(secret.utf8)))
    }

    private func write(_ choice: AccessLog.Choice, status: Int, took: Duration = .zero, handle: String? = nil) {
        let log = AccessLog(
            choice: choice,
            slowerThan: .seconds(60),
            hash: hash("a secret"),
            logger: file.logger(.json)
        )
        log.write(
            method: .get,
            route: "/api/messages/{id}",
            status: status,
            since: .now - took,
            requestID: "request-1",
            trace: .fresh(),
            handle: handle
        )
    }

    @Test func tellsWhatHappened() throws {
        write(.all, status: 200, took: .milliseconds(1_500), handle: "ada")
        let line = try #require(try file.objects.first)
        #expect(line["request"]?.string == "request-1")
        #expect(line["method"]?.string == "GET")
        #expect(line["route"]?.string == "/api/messages/{id}")
        #expect(line["status"]?.int64 == 200)
        #expect(line["duration_ms"]?.double ?? 0 >= 1_500)
        #expect(line["trace"]?.string?.utf8.count == 32)
        // HMAC-SHA256 by another implementation (Python's hmac).
        #expect(line["handle_hash"]?.string == "c4778efefc35")
        #expect(!String(decoding: line.raw, as: UTF8.self).contains("ada"))
    }

    @Test func errorsLeavesOutWhatWentWell() throws {
        write(.errors, status: 200)
        write(.errors, status: 404)
        write(.errors, status: 200, took: .seconds(61))
        #expect(try file.objects.map { $0["status"]?.int64 } == [404, 200])
    }

    @Test func noneIsNone() throws {
        write(.none, status: 500)
        #expect(try file.lines.isEmpty)
    }

    @Test func anotherSecretGivesAnotherHash() {
        #expect(hash("a")("ada") != hash("b")("ada"))
        #expect(hash("a")("ada") != hash("a")("bob"))
    }
}
