import Kernel

extension BodyFields {
    /// The text of the first of several members that mean the same; `nil` when none is there or all are empty.
    func firstText(of names: String..., limit: Int) throws(APIError) -> String? {
        for name in names {
            if let text = try optionalString(name, limit: limit), !text.isEmpty { return text }
        }
        return nil
    }

    /// The first of several members that mean the same.
    func firstBool(of names: String...) throws(APIError) -> Bool? {
        for name in names {
            if let bool = try optionalBool(name) { return bool }
        }
        return nil
    }
}
