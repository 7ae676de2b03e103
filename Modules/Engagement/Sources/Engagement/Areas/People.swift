import Contracts
import HTTPTypes
import Kernel

/// Names in requests and people in answers.
struct People: Sendable {
    let directory: any PeopleDirectory
    /// Asked for when needed: SocialGraph, which provides it, may start after this module, or be off.
    private let blocks: @Sendable () -> (any BlockList)?

    init(_ registrar: ModuleRegistrar) throws {
        directory = try registrar.require((any PeopleDirectory).self)
        blocks = { registrar.capability((any BlockList).self) }
    }

    /// A handle that somebody typed.
    ///
    /// - Throws: 400 `invalid_handle` that names the field.
    static func handle(_ name: String, field: String) throws(APIError) -> Handle {
        do {
            return try Handle(name)
        } catch {
            throw APIError(.badRequest, code: "invalid_handle", "\(field): \(error)", field: field)
        }
    }

    /// The caller, if the name that came with the request, where one did, is theirs.
    ///
    /// - Throws: 401, 400 for an impossible name, 403 for somebody else's.
    static func caller(_ request: APIRequest, named name: String?, field: String) throws(APIError) -> Principal {
        let caller = try request.caller()
        guard let name else { return caller }
        guard try handle(name, field: field).key == caller.handle else {
            throw .forbidden("This is @\(name)'s alone. Use the token of @\(name).")
        }
        return caller
    }

    /// Whom the reader must not see: whom they blocked, and who blocked them.
    func hidden(from reader: Principal?) async throws -> [String] {
        guard let reader, let blocks = blocks() else { return [] }
        return Array(try await blocks.hidden(from: reader.handle))
    }

    /// The spellings that people see, by folded key.
    func spellings(_ keys: some Sequence<String>) async throws -> [String: String] {
        try await directory.people(Set(keys)).mapValues(\.shown)
    }
}
