import Glibc
import Testing

@testable import DevelopmentPostgres

/// How programs are started.
@Suite struct ChildProcessTests {
    @Test func givesOutputErrorsAndStatus() async throws {
        let result = try await ChildProcess.run(
            ["/bin/sh", "-c", "echo out; echo problem >&2; echo $NAME $PWD; exit 3"],
            environment: ["NAME": "value"]
        )
        #expect(result.output == "out\nvalue /\n")
        #expect(result.errors == "problem\n")
        #expect(result.status == 3)
        #expect(try await ChildProcess.run(["/bin/sh", "-c", "kill -9 $$"], environment: [:]).status == 137)
        #expect(try await ChildProcess.run(["/no/such/program"], environment: [:]).status == 127)
    }

    @Test func inheritsNoDescriptors() async throws {
        // As a service's listening socket, opened by code that does not mark it.
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        let result = try await ChildProcess.run(["/bin/ls", "/proc/self/fd"], environment: [:])
        // The last one is ls' own.
        #expect(result.output == "0\n1\n2\n3\n")
    }

    @Test func endsAlthoughAGrandchildGoesOn() async throws {
        let result = try await ChildProcess.run(["/bin/sh", "-c", "sleep 100 & echo $!"], environment: [:])
        let grandchild = try #require(pid_t(result.output.dropLast()))
        #expect(kill(grandchild, SIGKILL) == 0)
    }
}
