import Foundation

/// What to try first, for a person who has just typed `make run`.
enum Welcome {
    static func print(port: Int) {
        let address = "http://127.0.0.1:\(port)"
        let text = """

            /vibe is up: \(address)

            Try this in another terminal:
              curl -s \(address)/api/health
              curl -s \(address)/api/presence -H 'Content-Type: application/json' \\
                   -d '{"action":"register","username":"ada"}'

            README.md goes on from there. Stop with Ctrl-C.

            """
        // Not print, which holds back what goes into a pipe until there is more of it.
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
