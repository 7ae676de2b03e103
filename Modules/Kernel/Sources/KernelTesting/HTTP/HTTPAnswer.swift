public import JSONText

/// A service's answer, whole.
public struct HTTPAnswer: Sendable {
    public let status: Int
    public let headers: HTTPHeaderList
    public let body: [UInt8]

    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON.
    ///
    /// - Throws: `JSONError` when it is none; a test that reads on has failed.
    public var json: JSONValue {
        get throws { try JSONDocument(body).root }
    }

    /// The value at a path such as `messages[0].from.handle`, an empty path for the whole body. `nil` where there is
    /// none, or where the body is no JSON.
    public func value(at path: String) -> JSONValue? {
        try? json.value(at: path)
    }

    public func string(at path: String) -> String? { value(at: path)?.string }
    public func int(at path: String) -> Int64? { value(at: path)?.int64 }
    public func bool(at path: String) -> Bool? { value(at: path)?.bool }

    /// How many elements the array at a path has; `nil` when there is no array.
    public func count(at path: String) -> Int? {
        guard let array = value(at: path), array.kind == .array else { return nil }
        return array.elements.reduce(into: 0) { count, _ in count += 1 }
    }
}

extension HTTPAnswer: CustomStringConvertible {
    /// Status and text, as a failed expectation shows them.
    public var description: String { "\(status) \(text)" }
}

/// Header fields in the order they came, found by name without regard to case.
public struct HTTPHeaderList: Sendable {
    public let fields: [(name: String, value: String)]

    /// The first value of a name.
    public subscript(_ name: String) -> String? { all(name).first }

    /// Every value of a name.
    public func all(_ name: String) -> [String] {
        let name = name.lowercased()
        return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }
}

extension JSONValue {
    /// The value at a path such as `messages[0].from.handle`.
    public func value(at path: String) -> JSONValue? {
        var value: JSONValue? = self
        for part in path.split(separator: ".") {
            let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            if let name = pieces.first, !name.isEmpty { value = value?[String(name)] }
            for piece in pieces.dropFirst() {
                guard let index = Int(piece.dropLast()) else { return nil }
                value = value.flatMap { value in value.elements.dropFirst(index).first { _ in true } }
            }
        }
        return value
    }
}
