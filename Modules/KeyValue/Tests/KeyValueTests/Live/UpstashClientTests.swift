import Foundation
import Testing

/// A Python that has the official client: the tree's own, which `make test` sets up, or any; `nil` if there is none.
private let pythonWithClient: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../..")
    return [root.appending(path: ".build/venv/bin/python").standardized.path, "python3"].first { python in
        (try? ChildProcess.run([python, "-c", "import upstash_redis"]))?.succeeded == true
    }
}()

/// The gateway that stands for Upstash in these tests, tested in its turn: by the official Python client from PyPI.
@Suite(.enabled(if: pythonWithClient != nil, "upstash-redis is not installed: run Scripts/python-env"))
struct UpstashClientTests {
    @Test func officialClient() throws {
        let python = try #require(pythonWithClient)
        let script = Gateway.folder + "/upstash_client.py"
        let (output, _) = try ChildProcess.run([python, script, Gateway.shared.get().url, Gateway.token])
        #expect(output == "fine\n")
    }
}
