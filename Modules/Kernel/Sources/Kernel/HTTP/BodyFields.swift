import HTTPTypes
public import JSONText

/// The members of a JSON object in a request, read by name with errors that name the field.
///
/// A member that is `null` counts as absent where it is optional, as clients mean it.
public struct BodyFields: Sendable {
    public let value: JSONValue

    /// Scans `bytes`. No bytes at all count as `{}`.
    init(_ bytes: [UInt8]) throws(APIError) {
        do {
            let document = try JSONDocument(bytes.isEmpty ? Array("{}".utf8) : bytes)
            try self.init(document.root)
        } catch let error as APIError {
            throw error
        } catch {
            throw APIError(.badRequest, code: "invalid_json", "The body is not valid JSON: \(error)")
        }
    }

    /// - Throws: 400 `invalid_json` when the value is no object.
    public init(_ value: JSONValue) throws(APIError) {
        guard value.kind == .object else {
            throw APIError(.badRequest, code: "invalid_json", "The body must be a JSON object.")
        }
        self.value = value
    }

    /// The member as it stands, `nil` when absent.
    public subscript(_ name: String) -> JSONValue? { value[name] }

    private func present(_ name: String) -> JSONValue? {
        guard let member = value[name], member.kind != .null else { return nil }
        return member
    }

    /// Text, its lone surrogates turned into U+FFFD.
    ///
    /// - Parameter limit: UTF-16 units at most. Longer text is refused, never cut.
    /// - Throws: 400 for another type, for U+0000, or for text over the limit (`text_too_long`).
    public func optionalString(_ name: String, limit: Int = 1_000) throws(APIError) -> String? {
        guard let member = present(name) else { return nil }
        guard let string = member.string else { throw .invalid(field: name, "must be a string.") }
        guard !string.utf8.contains(0) else { throw .invalid(field: name, "must not contain U+0000.") }
        guard string.utf8.count <= limit || string.utf16.count <= limit else {
            throw .tooLong(field: name, limit: limit)
        }
        return string
    }

    public func string(_ name: String, limit: Int = 1_000) throws(APIError) -> String {
        guard let string = try optionalString(name, limit: limit) else { throw .missing(field: name) }
        return string
    }

    public func optionalBool(_ name: String) throws(APIError) -> Bool? {
        guard let member = present(name) else { return nil }
        guard let bool = member.bool else { throw .invalid(field: name, "must be true or false.") }
        return bool
    }

    /// A whole number within `range`.
    public func optionalInt(_ name: String, in range: ClosedRange<Int64> = .min ... .max) throws(APIError) -> Int64? {
        guard let member = present(name) else { return nil }
        guard let number = member.int64 else { throw .invalid(field: name, "must be a whole number.") }
        guard range.contains(number) else {
            throw .invalid(field: name, "must be between \(range.lowerBound) and \(range.upperBound).")
        }
        return number
    }

    public func optionalObject(_ name: String) throws(APIError) -> BodyFields? {
        guard let member = present(name) else { return nil }
        guard member.kind == .object else { throw .invalid(field: name, "must be an object.") }
        return try BodyFields(member)
    }
}
