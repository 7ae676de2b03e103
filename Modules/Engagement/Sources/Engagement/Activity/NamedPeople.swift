import Contracts
import HTTPTypes
import Kernel

/// Names in requests and people in answers.
struct NamedPeople: Sendable {
    let directory: any PeopleDirectory

    /// The person that a name in a request means, also one that nobody has. Names that break today's rules are accepted
    /// when they are somebody's already.
    ///
    /// - Throws: 400 that names the field.
    func person(_ name: String?, field: String) async throws -> Person {
        guard let name else { throw APIError.missing(field: field) }
        do {
            let handle = try Handle(name)
            return try await directory.person(handle.key)
                ?? Person(handle: handle.key, shown: handle.spelling, kind: .placeholder)
        } catch let error as HandleError {
            if let key = Self.irregularKey(name), let person = try await directory.person(key) { return person }
            throw APIError(.badRequest, code: "invalid_handle", "\(field): \(error)", field: field)
        }
    }

    /// The caller, whom the name must mean if there is one.
    ///
    /// - Throws: 400 for an impossible name, 403 for somebody else's.
    func caller(_ request: APIRequest, named name: String?, field: String) async throws -> Principal {
        let caller = try request.caller()
        guard let name else { return caller }
        guard try await person(name, field: field).handle == caller.handle else {
            throw APIError.forbidden("You may only act as yourself: \(field) is not your handle.")
        }
        return caller
    }

    /// How people are spelled, by folded key.
    func shown(_ handles: [String]) async throws -> [String: String] {
        try await directory.people(handles).mapValues(\.shown)
    }

    /// How old data may spell a key: up to 50 characters of the old tables' width, of those that keys have.
    private static func irregularKey(_ name: String) -> String? {
        var folded = name.lowercased()
        if folded.hasPrefix("@") { folded.removeFirst() }
        let key = folded.replacing("-", with: "_")
        let isPlausible =
            (1...50).contains(key.utf8.count)
            && key.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
        return isPlausible ? key : nil
    }
}
