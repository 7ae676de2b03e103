import Kernel

extension BodyFields {
    /// The text of the first of several members that mean the same; `nil` when none is there or all are empty. All of
    /// them are checked.
    func firstText(of names: String..., limit: Int) throws(APIError) -> String? {
        var first: String?
        for name in names {
            guard let text = try optionalString(name, limit: limit), !text.isEmpty else { continue }
            if first == nil { first = text }
        }
        return first
    }

    /// The first of several members that mean the same. All of them are checked.
    func firstBool(of names: String...) throws(APIError) -> Bool? {
        var first: Bool?
        for name in names {
            let bool = try optionalBool(name)
            if first == nil { first = bool }
        }
        return first
    }
}
