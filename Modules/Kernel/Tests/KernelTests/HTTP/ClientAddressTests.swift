import HTTPTypes
import NIOCore
import Testing

@testable import Kernel

@Suite struct ClientAddressTests {
    private static func address(_ forwarded: [String], hops: Int) throws -> String {
        var headers = HTTPFields()
        for value in forwarded { headers.append(HTTPField(name: .xForwardedFor, value: value)) }
        return ClientAddress(
            socket: try SocketAddress(ipAddress: "10.0.0.9", port: 80),
            headers: headers,
            trustedHops: hops
        ).text
    }

    @Test func aBareHeaderIsNeverBelieved() throws {
        #expect(try Self.address(["1.2.3.4"], hops: 0) == "10.0.0.9")
    }

    @Test func eachTrustedProxyAddsOneEntry() throws {
        #expect(try Self.address(["6.6.6.6, 1.2.3.4"], hops: 1) == "1.2.3.4")
        #expect(try Self.address(["6.6.6.6", "1.2.3.4, 10.0.0.1"], hops: 2) == "1.2.3.4")
    }

    @Test func tooFewEntriesMeanThatTheProxyWasPassedBy() throws {
        #expect(try Self.address(["1.2.3.4"], hops: 2) == "10.0.0.9")
        #expect(try Self.address([], hops: 1) == "10.0.0.9")
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "20:1:d:b8:0:1:0:2::/64"),
        ("2001:db8:1:2::9", "20:1:d:b8:0:1:0:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        // What is no address is not believed.
        ("no:address", "local"),
    ])
    func limitsCountIPv6ByNetwork(address: String, network: String) throws {
        var headers = HTTPFields()
        headers[.xForwardedFor] = address
        #expect(ClientAddress(socket: nil, headers: headers, trustedHops: 1).network == network)
    }
}
