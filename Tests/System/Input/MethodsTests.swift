import Kernel
import KernelTesting
import Testing

/// Methods and addresses that there are not, and the methods that every address has.
@Suite struct MethodsTests {
    @Test("a wrong method is 405 with Allow; OPTIONS says the same to browsers; HEAD is GET without its body")
    func methods() async throws {
        try await withService { process, _ in
            let service = try await DocumentedService(process.client())
            let operations = Dictionary(grouping: service.operations, by: \.path)
            for (path, operations) in operations {
                let address = service.values.path(of: operations[0])
                let methods = Set(operations.map(\.method.rawValue))
                let allowed = methods.union(methods.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"])
                for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]
                where !allowed.contains(method) {
                    let answer = try await service.client.request(method, address, token: service.caller.token)
                    #expect(answer.status == 405, "\(method) \(path): \(answer)")
                    #expect(list(answer.headers["Allow"]) == allowed, "\(method) \(path)")
                    if method != "HEAD" {
                        #expect(answer.string(at: "code") == "method_not_allowed", "\(method) \(path): \(answer)")
                        #expect(answer.string(at: "error") == "Method not allowed", "\(method) \(path): \(answer)")
                    }
                }
                let options = try await service.client.request(
                    "OPTIONS",
                    address,
                    headers: [("Origin", "https://example.org"), ("Access-Control-Request-Method", "POST")]
                )
                #expect(options.status == 200 && options.body.isEmpty, "OPTIONS \(path): \(options)")
                #expect(list(options.headers["Access-Control-Allow-Methods"]) == allowed, "OPTIONS \(path)")
                #expect(options.headers["Access-Control-Allow-Origin"] == "*")
                #expect(options.headers["Access-Control-Allow-Headers"]?.contains("Authorization") == true)
            }
        }
    }

    @Test("HEAD answers as GET does, without the body")
    func head() async throws {
        try await withService { process, _ in
            let service = try await DocumentedService(process.client())
            for operation in service.operations where operation.method == .get {
                let path = service.values.path(of: operation)
                let head = try await service.client.request("HEAD", path, token: service.caller.token)
                let get = try await service.client.get(path, token: service.caller.token)
                #expect(head.status == get.status && head.body.isEmpty, "\(path): \(head)")
                #expect(head.headers["Content-Type"] == get.headers["Content-Type"], "\(path)")
                #expect(head.headers["Content-Length"].flatMap { Int($0) } != nil, "\(path)")
            }
        }
    }

    @Test("an address that there is not is 404 with the body of all errors")
    func nothing() async throws {
        try await withService { process, _ in
            let client = process.client()
            for path in [
                "/", "/api", "/api/", "/api/nothing", "/api/presence/nothing/at/all", "//api/presence",
                "/api//presence", "/API/presence", "/%61pi/presence", "/api/presence%00", "/../etc/passwd",
                "/api/messages/a/b", "/%ff", "/%", "/api/presence;x=1",
            ] {
                for method in ["GET", "POST", "DELETE", "OPTIONS"] {
                    let answer = try await client.request(method, path)
                    #expect(answer.status == 404, "\(method) \(path): \(answer)")
                    #expect(answer.string(at: "code") == "not_found" && answer.string(at: "error") != nil, "\(answer)")
                    #expect(answer.headers["X-Request-Id"] == answer.string(at: "instance"))
                }
            }
        }
    }

    private func list(_ field: String?) -> Set<String> {
        Set((field ?? "").split(separator: ",").map { $0.drop { $0 == " " }.description })
    }
}
