import Contracts
import HTTPTypes
import Kernel

/// Names in requests and people in answers.
struct People: Sendable {
    let directory: any PeopleDirectory
    /// Whom readers must not see, when SocialGraph is on.
    let blocks: (any BlockList)?

    /// The caller, who must be the one that `name` names.
    ///
    /// - Throws: 400 for a missing or impossible name, 403 for somebody else's.
    func reader(_ request: APIRequest, named name: String?, field: String) async throws -> Principal {
        let caller = try request.caller()
        guard let name else { throw APIError.missing(field: field) }
        guard try await handle(name, field: field).key == caller.handle else {
            throw APIError.forbidden("You may only read your own messages. Use the token of @\(name).")
        }
        return caller
    }

    /// A name that somebody typed. Names that break today's rules are accepted when they are somebody's already.
    ///
    /// - Throws: 400 that names the field.
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

    /// The person with this name, or what an unknown name looks like.
    func person(_ handle: Handle) async throws -> Person {
        try await directory.person(handle.key) ?? Self.unknown(handle)
    }

    /// The person with this name; one that nobody has claimed is accepted, and looks no different from those that
    /// somebody has.
    ///
    /// - Throws: 429 that names the field, when `sender` has made too many such names today.
    func personOrPlaceholder(_ handle: Handle, madeBy sender: Person, field: String) async throws -> Person {
        do {
            return try await directory.personOrPlaceholder(handle, madeBy: sender.handle)
        } catch is PlaceholderLimitReached {
            throw APIError(
                .tooManyRequests,
                code: "placeholder_limit",
                "You have written to many names that nobody has claimed. Try again tomorrow.",
                field: field,
                retryAfter: 3_600
            )
        }
    }

    /// What a name looks like that has no row: as one that was written to and not claimed.
    static func unknown(_ handle: Handle) -> Person {
        Person(handle: handle.key, shown: handle.spelling, kind: .placeholder)
    }

    /// Whose messages `reader` is not shown.
    func hidden(from reader: String) async throws -> [String] {
        guard let blocks else { return [] }
        return Array(try await blocks.hidden(from: reader))
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
