import Foundation
import JSONText
import KernelTesting
import Postgres
import Testing

/// SIGTERM: what is under way ends well, nothing new begins, and the end is quick.
@Suite struct StopTests {
    @Test("requests under way are answered, new ones refused, then it ends with 0")
    func drains() async throws {
        try await withService { service, database in
            let client = service.client()
            let ada = try await client.register("ada")
            try await eventually("the newcomer was greeted") { try await database.count("outbox") == 0 }
            try await withThrowingTaskGroup(of: HTTPAnswer?.self) { tasks in
                try await database.client.transaction { transaction in
                    // Lets others read and nobody write, so the request below stays under way.
                    try await transaction.query("LOCK TABLE messages IN SHARE MODE")
                    tasks.addTask { try await client.send("last words", from: ada, to: "grace") }
                    try await eventually("the request waits for the table") {
                        try await database.waiting(forTable: "messages") == 1
                    }
                    tasks.addTask {
                        #expect(await service.terminate() == 0)
                        return nil
                    }
                    try await eventually("new connections are refused") {
                        do {
                            return try await service.client().get("/livez").status == 503
                        } catch HTTPClientError.cannotConnect {
                            return true
                        }
                    }
                    #expect(kill(service.pid, 0) == 0, "it waits for the request")
                }
                for try await answer in tasks where answer != nil {
                    #expect(answer?.status == 200, "\(String(describing: answer))")
                }
            }
            #expect(try await database.count("messages WHERE text = 'last words'") == 1)
        }
    }

    @Test("the load balancer hears of the stop before the port closes")
    func announces() async throws {
        try await withService(environment: ["VIBE_SERVER_DRAIN_DELAY": "3s"]) { service, _ in
            let client = service.client()
            #expect(try await client.get("/readyz").status == 200)
            kill(service.pid, SIGTERM)
            try await eventually("it says that it is going") { try await client.get("/readyz").status == 503 }
            // Over a new connection: the port is open still.
            let ada = try await service.client().register("ada")
            #expect(try await client.send("while going", from: ada, to: "grace").status == 200)
            #expect(await service.terminate() == 0)
        }
    }

    @Test("connections that are kept alive do not hold up the end")
    func keepAlive() async throws {
        try await withService(environment: ["VIBE_SERVER_IDLE_TIMEOUT": "10m"]) { service, _ in
            var connections: [RawConnection] = []
            for _ in 0..<20 {
                let connection = try await RawConnection(port: service.port)
                try await connection.send("GET /livez HTTP/1.1\r\nHost: vibe\r\n\r\n")
                #expect(try await connection.answer().status == 200)
                connections.append(connection)
            }
            let ended = Task { await service.terminate() }
            for connection in connections {
                #expect(try await connection.remainder(within: .seconds(5)).isEmpty)
            }
            #expect(await ended.value == 0)
        }
    }

    @Test("readiness is announced once, and SIGINT stops as SIGTERM does")
    func interrupt() async throws {
        try await withService { service, _ in
            let ready = try await service.client().get("/readyz")
            #expect(ready.status == 200)
            #expect(service.log.logEntries.filter { $0["message"]?.string == "ready" }.count == 1)
            kill(service.pid, SIGINT)
            try await eventually("it is gone") { kill(service.pid, 0) != 0 }
            #expect(await service.terminate() == 0)
        }
    }
}
