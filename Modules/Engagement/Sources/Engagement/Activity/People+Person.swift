import Contracts
import Kernel

extension People {
    /// The person that a name in a request means, also one that nobody has. Names that break today's rules are accepted
    /// when they are somebody's already.
    ///
    /// - Throws: 400 that names the field.
    func person(_ name: String?, field: String) async throws -> Person {
        guard let name else { throw APIError.missing(field: field) }
        do {
            let handle = try Self.handle(name, field: field)
            return try await directory.person(handle.key)
                ?? Person(handle: handle.key, shown: handle.spelling, kind: .placeholder)
        } catch let error as APIError {
            if let key = Self.irregularKey(name), let person = try await directory.person(key) { return person }
            throw error
        }
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
