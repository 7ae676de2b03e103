import JSONText
import Kernel
import KernelTesting
import Testing

/// Every documented route, asked as the document says, answers as the document says.
@Suite struct AnswersTests {
    @Test("every operation succeeds with the document's own examples, and its answer is as documented")
    func operations() async throws {
        try await withService { process, _ in
            let service = try await DocumentedService(process.client())
            #expect(service.operations.count >= 20)
            // What removes things comes late, what ends the caller's own session last.
            for operation in service.operations.sorted(by: { $0.order < $1.order }) {
                let bodies = service.values.examples(of: operation).map(\.body)
                for body in bodies.isEmpty ? [.none] : bodies {
                    let answer = try await service.request(operation, body: body)
                    #expect(answer.status < 400 || operation.isRefusedByDesign, "\(operation): \(answer)")
                }
            }
        }
    }

    @Test("every parameter of a query, one by one")
    func parameters() async throws {
        try await withService { process, _ in
            let service = try await DocumentedService(process.client())
            for operation in service.operations where operation.method == .get {
                for parameter in operation.parameters(in: "query") where parameter.name != "cursor" {
                    let value =
                        parameter.schema.resolved.value["enum"]?.elements.compactMap(\.string).first
                        ?? service.values.value(of: parameter.name, in: operation) ?? "true"
                    let path = service.values.path(of: operation, with: (parameter.name, value))
                    let answer = try await service.request(operation, path: path)
                    #expect(answer.status < 400, "\(path): \(answer)")
                }
            }
        }
    }

    @Test("without a token: answered, or 401 in words that clients look for")
    func withoutToken() async throws {
        try await withService { process, _ in
            let service = try await DocumentedService(process.client())
            for operation in service.operations {
                let body = service.values.examples(of: operation).last?.body
                let path = service.values.path(of: operation)
                for headers in [[], [("Authorization", "Bearer nonsense")], [("Authorization", "Basic YTpi")]] {
                    let answer = try await service.client.request(
                        operation.method.rawValue,
                        path,
                        headers: headers,
                        body: body ?? .none
                    )
                    #expect(service.document.problems(answer, method: operation.method, path: operation.path).isEmpty)
                    let isMailMissing = answer.string(at: "code") == "mail_not_configured"
                    #expect(answer.status < 500 || isMailMissing, "\(operation): \(answer)")
                    if answer.status == 401 {
                        #expect(
                            answer.string(at: "error")?.contains("Authentication") == true,
                            "\(operation): \(answer)"
                        )
                        #expect(answer.headers["WWW-Authenticate"] != nil)
                    }
                }
            }
        }
    }
}

extension Operation {
    /// What lies within another thing is removed before it.
    fileprivate var order: Int {
        if path.contains("logout") || path == "/api/account" { return 1_000 }
        return method == .delete ? 500 - path.count : 0
    }

    /// What takes a signature by a key that nobody here has, a mail server that there is not, or a session that was just
    /// ended; and what the original had and we refuse.
    fileprivate var isRefusedByDesign: Bool {
        (method == .delete && ["/api/messages", "/api/board", "/api/account"].contains(path))
            || path == "/api/auth/migrate" || path.hasSuffix("/rotate") || path.hasSuffix("/revoke")
            || path.hasSuffix("/email") || path.hasSuffix("/logout-all")
    }
}
