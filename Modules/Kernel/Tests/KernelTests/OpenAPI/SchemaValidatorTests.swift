import JSONText
import KernelTesting
import Testing

@Suite struct SchemaValidatorTests {
    private func problems(_ schema: String, _ json: String) throws -> [String] {
        let document = try JSONDocument("{\"components\":{\"s\":{\"Node\":\(schema)}},\"it\":\(schema)}".utf8).root
        let target = try #require(document["it"])
        return SchemaValidator(document: document).validate(try JSONDocument(json.utf8).root, against: target)
    }

    @Test(arguments: [
        (#"{"type":"string"}"#, #""x""#, "1"),
        (#"{"type":["string","null"]}"#, "null", "true"),
        (#"{"type":"integer"}"#, "3.0", "3.5"),
        (#"{"type":"integer"}"#, "12345678901234567890", #""3""#),
        (#"{"type":"number"}"#, "3.5", "null"),
        (#"{"type":"boolean"}"#, "false", "0"),
        (#"{"const":{"a":[1,2]}}"#, #"{"a":[1.0,2]}"#, #"{"a":[2,1]}"#),
        (#"{"enum":["a",null,3]}"#, "null", "2"),
        (#"{"minLength":2,"maxLength":3}"#, #""äö""#, #""äöüß""#),
        (#"{"minLength":2}"#, #""ab""#, #""a""#),
        (#"{"pattern":"^[a-z]+$"}"#, #""abc""#, #""aBc""#),
        (#"{"minimum":1,"maximum":2}"#, "2", "2.1"),
        (#"{"exclusiveMinimum":1}"#, "1.1", "1"),
        (#"{"exclusiveMaximum":1}"#, "0.9", "1"),
        (#"{"items":{"type":"integer"}}"#, "[1,2]", #"[1,"2"]"#),
        (#"{"minItems":1,"maxItems":2}"#, "[1]", "[]"),
        (#"{"minItems":1,"maxItems":2}"#, "[1]", "[1,2,3]"),
        (#"{"uniqueItems":true}"#, "[1,2]", "[1,2,1.0]"),
        (#"{"required":["a"]}"#, #"{"a":null}"#, #"{"b":1}"#),
        (#"{"properties":{"a":{"type":"string"}}}"#, #"{"a":"x","b":1}"#, #"{"a":1}"#),
        (#"{"properties":{"a":{"type":"integer"}}}"#, #"{"a":1}"#, #"{"a":1,"a":2}"#),
        (#"{"properties":{"a":true},"additionalProperties":false}"#, #"{"a":1}"#, #"{"a":1,"b":1}"#),
        (#"{"additionalProperties":{"type":"integer"}}"#, #"{"b":1}"#, #"{"b":"x"}"#),
        (#"{"minProperties":1}"#, #"{"b":1}"#, "{}"),
        (#"{"maxProperties":1}"#, #"{"b":1}"#, #"{"b":1,"c":1}"#),
        (#"{"oneOf":[{"type":"integer"},{"type":"string"}]}"#, "1", "true"),
        (#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, "1.5", "1"),
        (#"{"anyOf":[{"type":"integer"},{"type":"number"}]}"#, "1", "null"),
        (#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "1", "3"),
        (
            ##"{"properties":{"next":{"$ref":"#/components/s/Node"}},"additionalProperties":false}"##,
            #"{"next":{"next":{}}}"#, #"{"next":{"next":{"x":1}}}"#
        ),
    ])
    func tellsRightFromWrong(schema: String, right: String, wrong: String) throws {
        #expect(try problems(schema, right) == [])
        #expect(!(try problems(schema, wrong).isEmpty))
    }

    @Test func aSchemaWithoutRulesAllowsAnything() throws {
        #expect(try problems(#"{"description":"any"}"#, #"{"a":[null]}"#) == [])
    }

    @Test func saysWhere() throws {
        let schema =
            #"{"type":"object","properties":{"list":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"}}}}}}"#
        #expect(
            try problems(schema, #"{"list":[{"id":"a"},{"id":7}]}"#) == ["$.list[1].id: expected string, found number"]
        )
    }

    @Test(arguments: [#"{"minLenght":1}"#, ##"{"$ref":"#/nowhere"}"##, ##"{"$ref":"#/components/s/Node"}"##, "3"])
    func reportsASchemaThatIsWrongItself(schema: String) throws {
        #expect(!(try problems(schema, "{}").isEmpty))
    }
}
