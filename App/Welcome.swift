/// What to try first, for a person who has just typed `make run`.
enum Welcome {
    static func print(port: Int) {
        let address = "http://127.0.0.1:\(port)"
        Swift.print(
            """

            /vibe is up: \(address)

            Try this in another terminal:
              curl -s \(address)/api/health
              curl -s \(address)/api/presence -H 'Content-Type: application/json' \\
                   -d '{"action":"register","username":"ada"}'

            README.md goes on from there. Stop with Ctrl-C.

            """
        )
    }
}
