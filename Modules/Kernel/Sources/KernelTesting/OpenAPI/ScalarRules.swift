import JSONText

/// The keywords that look at a value as a whole, not at what it contains.
enum ScalarRules {
    /// Remarks: they allow and forbid nothing.
    private static let remarks: Set<String> = [
        "title", "description", "format", "default", "example", "examples", "deprecated", "readOnly", "writeOnly",
    ]

    static func check(_ json: JSONValue, _ keyword: String, _ rule: JSONValue) -> [String] {
        switch keyword {
        case "type": checkType(json, rule)
        case "enum": rule.elements.contains { areEqual($0, json) } ? [] : ["not one of the listed values"]
        case "const": areEqual(json, rule) ? [] : ["not \(String(decoding: rule.raw, as: UTF8.self))"]
        case "minLength": compare(json.scalarCount, rule) { $0 >= $1 } ? [] : ["too short"]
        case "maxLength": compare(json.scalarCount, rule) { $0 <= $1 } ? [] : ["too long"]
        case "minimum": compare(json.double, rule) { $0 >= $1 } ? [] : ["too small"]
        case "maximum": compare(json.double, rule) { $0 <= $1 } ? [] : ["too large"]
        case "exclusiveMinimum": compare(json.double, rule) { $0 > $1 } ? [] : ["too small"]
        case "exclusiveMaximum": compare(json.double, rule) { $0 < $1 } ? [] : ["too large"]
        case "pattern": checkPattern(json, rule)
        default: remarks.contains(keyword) || keyword.hasPrefix("x-") ? [] : ["unknown keyword '\(keyword)'"]
        }
    }

    private static func checkType(_ json: JSONValue, _ rule: JSONValue) -> [String] {
        let names = rule.string.map { [$0] } ?? rule.elements.compactMap(\.string)
        return names.contains(where: json.isA)
            ? [] : ["expected \(names.joined(separator: " or ")), found \(json.kind)"]
    }

    private static func checkPattern(_ json: JSONValue, _ rule: JSONValue) -> [String] {
        guard let text = json.string else { return [] }
        // What this understands of patterns is what Swift's own regular expressions do.
        guard let pattern = rule.string, let regex = try? Regex(pattern) else { return ["the pattern is not readable"] }
        return text.firstMatch(of: regex) == nil ? ["does not match \(pattern)"] : []
    }

    /// True of values that the rule does not speak of.
    private static func compare(_ value: Double?, _ rule: JSONValue, _ holds: (Double, Double) -> Bool) -> Bool {
        guard let value, let bound = rule.double else { return true }
        return holds(value, bound)
    }

    /// Equality as JSON Schema has it: numbers by value, objects without regard to order.
    static func areEqual(_ one: JSONValue, _ other: JSONValue) -> Bool {
        guard one.kind == other.kind else { return false }
        switch one.kind {
        case .null: return true
        case .bool: return one.bool == other.bool
        case .string: return one.string == other.string
        case .number: return one.int64 == other.int64 && one.double == other.double
        case .array:
            let (left, right) = (Array(one.elements), Array(other.elements))
            return left.count == right.count && zip(left, right).allSatisfy(areEqual)
        case .object:
            let (left, right) = (Array(one.members), Array(other.members))
            return left.count == right.count
                && left.allSatisfy { name, value in other[name].map { areEqual(value, $0) } ?? false }
        }
    }
}

extension JSONValue {
    /// Whether it is of a type that JSON Schema names.
    fileprivate func isA(_ type: String) -> Bool {
        switch type {
        case "object": kind == .object
        case "array": kind == .array
        case "string": kind == .string
        case "number": kind == .number
        case "integer": int64 != nil || double.map { $0 == $0.rounded() } ?? false
        case "boolean": kind == .bool
        case "null": kind == .null
        default: false
        }
    }

    /// Length as JSON Schema counts it: in Unicode scalars.
    fileprivate var scalarCount: Double? { string.map { Double($0.unicodeScalars.count) } }
}
