import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

/// Whatever is sent to any documented route: 4xx that says what is wrong, never 500, and nothing is written.
@Suite struct BadInputTests {
    /// Routes that nothing depends on take whatever clients call themselves, and do not look at it.
    private static let takesAnyName: Set<String> = ["POST /api/events", "POST /api/analytics/events", "POST /api/echo"]

    @Test("bodies that are no JSON object, too long, or of another type")
    func bodies() async throws {
        try await eachRouteWithBody { service, operation, examples in
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
        try await eachRouteWithBody { service, operation, examples in
            for example in examples {
                for name in example.schema.required {
                    let answer = try await service.request(operation, body: example.without(name).body)
                    expectRefusal(answer, "\(operation) without \(name)")
                }
            }
            for (name, property) in Schema.union(examples.map(\.schema)) {
                var values = BadValue.wrongTypes(for: property)
                if property.types.contains("string"), property.listed == nil, !property.types.contains("object") {
                    values += BadValue.refusedTexts(maxLength: property.maxLength)
                }
                for value in values {
                    try await expectRefusal(of: value, as: name, by: operation, service, examples)
                }
            }
        }
    }

    @Test("handles that nobody can have")
    func absurdHandles() async throws {
        try await eachRouteWithBody { service, operation, examples in
            for name in ["username", "handle", "from", "to", "typingTo"]
            where !Self.takesAnyName.contains(operation.description) && examples.contains(where: { $0.has(name) }) {
                for value in BadValue.absurdHandles {
                    try await expectRefusal(of: value, as: name, by: operation, service, examples)
                }
            }
        }
    }

    @Test("odd texts are taken or refused, and break nothing")
    func oddTexts() async throws {
        try await withService { process, _ in
            let service = try await DocumentedService(process.client())
            for operation in service.operations {
                for example in service.values.examples(of: operation) {
                    for (name, property) in example.schema.properties where property.types.contains("string") {
                        for value in BadValue.oddTexts {
                            let answer = try await service.request(operation, body: example.with(name, value).body)
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
                    let refused = ["cursor": BadValue.cursors, "limit": BadValue.numbers][parameter.name] ?? []
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

    /// Runs `body` for every route that takes one, with the bodies it accepts, and checks that nothing was written.
    private func eachRouteWithBody(
        _ body: (DocumentedService, Operation, [RequestExample]) async throws -> Void
    ) async throws {
        try await withService { process, database in
            let service = try await DocumentedService(process.client())
            try await eventually("all events are delivered") { try await database.count("outbox") == 0 }
            let operations = service.operations.filter { !$0.bodies.isEmpty }
            #expect(operations.count >= 5, "the document has routes with bodies")
            for operation in operations {
                let before = try await DatabaseContents(of: database.client)
                try await body(service, operation, service.values.examples(of: operation))
                let after = try await DatabaseContents(of: database.client)
                #expect(after.differences(from: before).isEmpty, "\(operation) wrote something")
            }
        }
    }

    /// A member may mean nothing to one action of a route; to one of them it means something, and that one refuses.
    private func expectRefusal(
        of value: JSON,
        as name: String,
        by operation: Operation,
        _ service: DocumentedService,
        _ examples: [RequestExample],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var refusals = 0
        for example in examples where example.has(name) {
            let what = "\(operation) with \(name) = \(value.text.prefix(40))"
            let answer = try await service.request(operation, body: example.with(name, value).body)
            #expect(answer.status < 500, "\(what): \(answer)", sourceLocation: sourceLocation)
            if answer.status >= 400 {
                refusals += 1
                expectRefusal(answer, what, sourceLocation: sourceLocation)
            }
        }
        #expect(
            refusals > 0,
            "\(operation) takes \(name) = \(value.text.prefix(40))",
            sourceLocation: sourceLocation
        )
    }

    private func expectRefusal(
        _ answer: HTTPAnswer,
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect((400..<500).contains(answer.status), "\(what): \(answer)", sourceLocation: sourceLocation)
        // A page says it in words.
        if answer.headers["Content-Type"]?.hasPrefix("text/html") == true { return }
        #expect(answer.string(at: "code")?.isEmpty == false, "\(what): \(answer)", sourceLocation: sourceLocation)
        #expect(answer.string(at: "error")?.isEmpty == false, "\(what): \(answer)", sourceLocation: sourceLocation)
        #expect(answer.bool(at: "success") == false, "\(what): \(answer)", sourceLocation: sourceLocation)
    }
}

extension JSON {
    /// As it goes on the wire.
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
