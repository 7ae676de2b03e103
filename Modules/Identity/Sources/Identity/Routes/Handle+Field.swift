import Contracts
import HTTPTypes
import Kernel

extension Handle {
    /// A handle from a member of a request.
    ///
    /// - Throws: 400 `invalid_format` with the field named.
    init(field: String, _ input: String) throws(APIError) {
        do {
            try self.init(input)
        } catch {
            throw APIError(.badRequest, code: "invalid_format", error: "invalid_format", "\(error)", field: field)
        }
    }
}
