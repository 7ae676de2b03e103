import Testing
import YAML

@testable import Kernel

@Suite struct SchemaLintTests {
    private func problems(_ yaml: String) throws -> [String] {
        SchemaLint.problems(try YAML.parse(text: yaml, file: "test"), "it").map(\.text)
    }

    @Test(arguments: [
        "{}",
        "{ description: anything }",
        "{ type: object }",
        "{ type: object, properties: { a: { type: string } } }",
        "{ type: object, properties: { a: { type: string } }, additionalProperties: true }",
        "{ type: object, additionalProperties: false }",
        "{ type: object, properties: { a: {} }, additionalProperties: false }",
        "{ type: object, properties: { a: { type: object } }, additionalProperties: false }",
        "{ type: object, properties: {}, additionalProperties: {} }",
        "{ type: [object, 'null'] }",
        "{ type: array }",
        "{ type: array, items: {} }",
        "{ type: array, items: true }",
        "{ oneOf: [{ type: string }, {}] }",
        "{ allOf: [{ type: object }] }",
        "{ properties: { a: { type: string } }, additionalProperties: false }",
        "{ type: text }",
        "{ type: string, minLenght: 3 }",
        "{ type: object, properties: { a: { type: string } }, required: [b], additionalProperties: false }",
        "true",
        "[]",
    ])
    func refusesWhatIsOpenOrWrong(yaml: String) throws {
        #expect(!(try problems(yaml).isEmpty))
    }

    @Test(arguments: [
        "{ type: string }",
        "{ type: [string, 'null'], maxLength: 3, x-note: ours }",
        "{ const: true }",
        "{ enum: [a, b] }",
        "{ $ref: '#/components/schemas/AnyJSON' }",
        "{ type: object, properties: {}, additionalProperties: false }",
        "{ type: object, properties: { a: { type: string } }, required: [a], additionalProperties: false }",
        "{ type: object, additionalProperties: { type: integer } }",
        "{ type: object, properties: { default: { type: string } }, additionalProperties: { $ref: '#/x' } }",
        "{ type: array, items: { type: array, items: { type: number } } }",
        "{ oneOf: [{ type: string }, { type: 'null' }] }",
    ])
    func acceptsWhatSaysWhatItAllows(yaml: String) throws {
        #expect(try problems(yaml) == [])
    }
}
