import Foundation
import Glibc
import Synchronization

/// A child process in a process group of its own, with no inherited descriptors, default signals.
///
/// Foundation's `Process` is not used: on Linux it learns of the end through a socket that the child's own children
/// inherit, so a command that leaves a process behind does not seem to end.
package final class ChildProcess: Sendable {
    private enum State {
        case running([CheckedContinuation<Int32, Never>])
        case exited(Int32)
    }

    package let pid: Int32
    private let state = Mutex(State.running([]))

    /// Starts `command` with exactly this environment.
    /// - Parameters:
    ///   - folder: where it runs: by default one where an unprivileged user can stay.
    ///   - input: the descriptor that becomes standard input; nil means `/dev/null`.
    ///   - output: the descriptor that becomes standard output.
    ///   - errors: the descriptor that becomes standard error.
    package init(
        _ command: [String],
        environment: [String: String],
        folder: String = "/",
        input: Int32? = nil,
        output: Int32,
        errors: Int32
    ) throws(PrivatePostgresError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // A Postgres that outlives a killed service must not keep the service's listening port. Closing what is not
        // open is no error; the margin is for what other threads open meanwhile.
        for descriptor in 3..<(Self.highestDescriptor + 64) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        // A group of its own: Ctrl-C on our terminal is ours to handle.
        let flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let command = ["/usr/bin/env", "--chdir=\(folder)"] + command
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else {
            throw .commandFailed(command: command[0], reason: String(cString: strerror(code)))
        }
        self.pid = pid
        let child = pid
        // A thread per child, so that nothing blocks the few threads of Swift's concurrency.
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            self.finish(status: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f))
        }
    }

    /// Whether the process has ended.
    package var hasExited: Bool {
        state.withLock { if case .exited = $0 { true } else { false } }
    }

    /// The exit status, as a shell shows it (128 + n after signal n); waits for the end.
    package var exitStatus: Int32 {
        get async {
            await withCheckedContinuation { continuation in
                let status: Int32? = state.withLock { state in
                    switch state {
                    case .exited(let status): return status
                    case .running(let waiting):
                        state = .running(waiting + [continuation])
                        return nil
                    }
                }
                if let status { continuation.resume(returning: status) }
            }
        }
    }

    private static var highestDescriptor: Int32 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.max() ?? 1024
    }

    private func finish(status: Int32) {
        let waiting: [CheckedContinuation<Int32, Never>] = state.withLock { state in
            guard case .running(let waiting) = state else { return [] }
            state = .exited(status)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }
}

extension ChildProcess {
    /// What a finished command left.
    struct Result {
        var status: Int32
        var output: String
        var errors: String

        /// The last line that says anything, for messages of one line.
        var lastLine: String {
            (output + "\n" + errors).split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
                ?? "exit status \(status)"
        }
    }

    /// Runs `command` to its end. Its output goes to files without a name: no pipe can fill up, and none
    /// has to be read meanwhile.
    static func run(_ command: [String], environment: [String: String]) async throws(PrivatePostgresError) -> Result {
        let output = try unnamedFile()
        defer { close(output) }
        let errors = try unnamedFile()
        defer { close(errors) }
        let child = try ChildProcess(command, environment: environment, output: output, errors: errors)
        let status = await child.exitStatus
        return Result(status: status, output: contents(of: output), errors: contents(of: errors))
    }

    private static func unnamedFile() throws(PrivatePostgresError) -> Int32 {
        var template = Array("/tmp/vibe-output-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw .noPermission(path: "/tmp", reason: String(cString: strerror(errno))) }
        unlink(template)
        return descriptor
    }

    private static func contents(of descriptor: Int32) -> String {
        lseek(descriptor, 0, SEEK_SET)
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    }
}
