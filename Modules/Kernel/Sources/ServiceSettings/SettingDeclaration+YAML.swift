import YAML

/// A YAML value that a setting cannot have.
struct Mismatch: Error {
    let message: String
    let mark: YAMLMark
}

extension SettingDeclaration {
    /// The checked value of a node; nil if it is explicitly unset, which only a setting without default may be.
    ///
    /// Strict: `"8080"` is no integer and `8080` no text, so that nobody has to know when YAML guesses.
    func value(of node: YAMLNode) throws(Mismatch) -> SettingValue? {
        if node.scalar?.value == .null, `default` == nil { return nil }
        guard let text = try text(of: node), let value = type.value(of: text) else {
            throw mismatch(node)
        }
        return value
    }

    private func text(of node: YAMLNode) throws(Mismatch) -> SettingText? {
        switch (type, node.content) {
        case (.list, .sequence(let items)):
            var texts: [String] = []
            for item in items {
                guard case .string(let text)? = item.scalar?.value else { throw mismatch(item, expected: "text") }
                texts.append(text)
            }
            return .list(texts)
        case (.list, _): return nil
        case (_, .scalar(let scalar)):
            switch (type, scalar.value) {
            case (.bool, .bool(let value)): return .scalar(String(value))
            case (.int, .int(let value)), (.double, .int(let value)): return .scalar(String(value))
            case (.double, .float(let value)): return .scalar(String(value))
            case (.bool, _), (.int, _), (.double, _): return nil
            case (_, .string(let text)): return .scalar(text)
            default: return nil
            }
        default: return nil
        }
    }

    private func mismatch(_ node: YAMLNode, expected: String? = nil) -> Mismatch {
        let expected = expected ?? type.expectation
        var message = "\(key): expected \(expected)"
        if !isSecret { message += ", found \(node.found)" }
        if expected == "text", let scalar = node.scalar, scalar.value != .null { message += " (put it in quotes)" }
        return Mismatch(message: message, mark: node.mark)
    }
}

extension YAMLNode {
    /// What an error says was found.
    var found: String {
        switch content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let scalar) where scalar.value == .null: "nothing"
        case .scalar(let scalar) where scalar.style == .quoted: "the text '\(scalar.text)'"
        case .scalar(let scalar): "'\(scalar.text)'"
        }
    }
}
