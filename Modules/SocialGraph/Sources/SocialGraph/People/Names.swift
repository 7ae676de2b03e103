import Contracts
import HTTPTypes
import Kernel

/// Names in requests, and how people are shown in answers.
struct Names: Sendable {
    let directory: any PeopleDirectory

    /// A name that somebody typed. Names that break today's rules are accepted when they are somebody's already.
    ///
    /// - Throws: 400 `invalid_handle` that names the field.
    func handle(_ name: String, field: String) async throws -> Handle {
        do {
            return try Handle(name)
        } catch {
            if let key = Self.irregularKey(name), try await directory.person(key) != nil {
                return Handle(storedKey: key)
            }
            throw APIError(.badRequest, code: "invalid_handle", "\(field): \(error)", field: field)
        }
    }

    /// Somebody who can be met: a person, an agent or an account of the house.
    ///
    /// - Throws: 400 `invalid_handle`; 404 for a name that nobody has.
    func somebody(_ name: String, field: String) async throws -> Person {
        let handle = try await handle(name, field: field)
        guard let person = try await directory.person(handle.key), person.canBeMet else {
            throw APIError.notFound("There is nobody called @\(handle.spelling).")
        }
        return person
    }

    /// The person with this name; one that nobody has claimed gets a row, so that it looks no different from the rest.
    ///
    /// - Throws: 400 `invalid_handle`; 429 `placeholder_limit` when the caller has made too many such rows today.
    func anybody(_ name: String, field: String, for caller: Person) async throws -> Person {
        let handle = try await handle(name, field: field)
        do {
            return try await directory.personOrPlaceholder(handle, madeBy: caller.handle)
        } catch is PlaceholderLimitReached {
            throw APIError(
                .tooManyRequests,
                code: "placeholder_limit",
                "You have named many people that nobody has heard of. Try again tomorrow.",
                field: field,
                retryAfter: 3_600
            )
        }
    }

    /// How people see the names with these keys. A key without a row is shown as it is.
    func shown(_ keys: some Collection<String> & Sendable) async throws -> [String: Person] {
        try await directory.people(keys)
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

extension Person {
    /// Whether somebody stands behind the handle.
    var canBeMet: Bool {
        switch kind {
        case .human, .agent, .system: true
        case .placeholder, .erased: false
        }
    }
}

extension APIRequest {
    /// A name from the query.
    ///
    /// - Throws: 400 when it is missing.
    func name(_ field: String, or others: String...) throws(APIError) -> String {
        for name in [field] + others {
            if let value = try query.optional(name) { return value }
        }
        throw .missing(field: field)
    }
}
