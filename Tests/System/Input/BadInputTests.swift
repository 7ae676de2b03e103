import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

/// Whatever is sent to any documented route: 4xx that says what is wrong, never 500, and nothing is written.
@Suite struct BadInputTests {
    @Test("bodies that are no JSON object, too long, or of another type")
    func bodies() async throws {
        try await eachRouteWithBody { service, operation, schema in
            for bad in BadBody.all {
                let answer = try await service.request(
                    operation,
                    headers: [("Content-Type", bad.contentType)],
                    body: bad.body
                )
                expectRefusal(answer, "\(operation) with \(bad)")
                #expect(answer.status == bad.status, "\(operation) with \(bad): \(answer)")
            }
        }
    }

    @Test("members that are missing or of the wrong type")
    func members() async throws {
        try await eachRouteWithBody { service, operation, schema in
            let example = service.values.body(schema, of: operation)
            for name in schema.required {
                let answer = try await service.request(
                    operation,
                    body: .json(.object(example.filter { $0.0 != name }))
                )
                expectRefusal(answer, "\(operation) without \(name)")
            }
            for (name, property) in schema.properties {
                let rest = example.filter { $0.0 != name }
                for value in BadValue.wrongTypes(for: property) {
                    let answer = try await service.request(operation, body: .json(.object(rest + [(name, value)])))
                    expectRefusal(answer, "\(operation) with \(name) = \(value.text)")
                }
                guard property.types.contains("string"), property.listed == nil, !property.types.contains("object")
                else { continue }
                for value in BadValue.refusedTexts(maxLength: property.maxLength) {
                    let answer = try await service.request(operation, body: .json(.object(rest + [(name, value)])))
                    expectRefusal(answer, "\(operation) with \(name) = \(value.text.prefix(40))")
                }
            }
        }
    }

    @Test("handles that nobody can have")
    func absurdHandles() async throws {
        try await eachRouteWithBody { service, operation, schema in
            let example = service.values.body(schema, of: operation)
            for name in ["username", "handle", "from", "to"]
            where schema.properties.contains(where: { $0.name == name }) {
                for value in BadValue.absurdHandles {
                    let answer = try await service.request(
                        operation,
                        body: .json(.object(example.filter { $0.0 != name } + [(name, value)]))
                    )
                    expectRefusal(answer, "\(operation) with \(name) = \(value.text.prefix(40))")
                }
            }
        }
    }

    @Test("odd texts are taken or refused, and break nothing")
    func oddTexts() async throws {
        try await withService { process, _ in
            let service = try await DocumentedService(process.client())
            for operation in service.operations where operation.isHarmless {
                for schema in operation.bodies {
                    let example = service.values.body(schema, of: operation)
                    for (name, property) in schema.properties where property.types.contains("string") {
                        for value in BadValue.oddTexts {
                            let body = example.filter { $0.0 != name } + [(name, value)]
                            let answer = try await service.request(operation, body: .json(.object(body)))
                            #expect(answer.status < 500, "\(operation) with \(name) = \(value.text): \(answer)")
                        }
                    }
                }
            }
        }
    }

    @Test("parameters of the path and of the query")
    func parameters() async throws {
        try await withService { process, database in
            let service = try await DocumentedService(process.client())
            for operation in service.operations where operation.method != .delete {
                for parameter in operation.parameters(in: "query") {
                    for value in BadValue.texts + BadValue.numbers + BadValue.cursors {
                        let path = service.values.path(of: operation, with: (parameter.name, value))
                        let answer = try await service.request(operation, path: path)
                        #expect(answer.status < 500, "\(operation.method) \(path): \(answer)")
                    }
                    let refused =
                        switch parameter.name {
                        case "cursor": BadValue.cursors
                        case "limit": BadValue.numbers.filter { !$0.contains("1e3") }
                        default: [String]()
                        }
                    for value in refused {
                        let path = service.values.path(of: operation, with: (parameter.name, value))
                        expectRefusal(try await service.request(operation, path: path), "\(operation) \(path)")
                    }
                }
                for parameter in operation.parameters(in: "path") {
                    for value in BadValue.texts {
                        let path = operation.path.replacing("{\(parameter.name)}", with: value)
                        let answer = try await service.request(operation, path: path)
                        expectRefusal(answer, "\(operation.method) \(path.prefix(60))")
                    }
                }
            }
        }
    }

    /// Runs `body` for every way to send a body to every route, and checks that nothing was written meanwhile.
    private func eachRouteWithBody(
        _ body: (DocumentedService, Operation, Schema) async throws -> Void
    ) async throws {
        try await withService { process, database in
            let service = try await DocumentedService(process.client())
            try await eventually("all events are delivered") { try await database.count("outbox") == 0 }
            let operations = service.operations.filter { !$0.bodies.isEmpty }
            #expect(operations.count >= 5, "the document has routes with bodies")
            for operation in operations {
                let before = try await DatabaseContents(of: database.client)
                for schema in operation.bodies { try await body(service, operation, schema) }
                let after = try await DatabaseContents(of: database.client)
                #expect(after.differences(from: before).isEmpty, "\(operation) wrote something")
            }
        }
    }

    private func expectRefusal(
        _ answer: HTTPAnswer,
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect((400..<500).contains(answer.status), "\(what): \(answer)", sourceLocation: sourceLocation)
        #expect(answer.string(at: "code")?.isEmpty == false, "\(what): \(answer)", sourceLocation: sourceLocation)
        #expect(answer.string(at: "error")?.isEmpty == false, "\(what): \(answer)", sourceLocation: sourceLocation)
        #expect(answer.bool(at: "success") == false, "\(what): \(answer)", sourceLocation: sourceLocation)
    }
}

extension JSON {
    /// As it goes on the wire.
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Operation {
    /// Whether the caller is still signed in afterwards.
    fileprivate var isHarmless: Bool { !path.contains("logout") && method != .delete }
}
