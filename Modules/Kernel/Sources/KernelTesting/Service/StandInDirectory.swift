import Contracts
import Foundation
import Kernel
import Postgres
import Synchronization

/// The people of ``StandInIdentity``, in memory; their rows exist for foreign keys alone.
final class StandInDirectory: PeopleDirectory, Authenticator {
    private let known: Mutex<[String: Person]>
    private let database: PostgresClient

    init(_ people: [Person], database: PostgresClient) {
        known = Mutex(Dictionary(people.map { ($0.handle, $0) }) { _, last in last })
        self.database = database
    }

    /// Writes a row for each person that has none.
    func store() async throws {
        for person in known.withLock({ Array($0.values) }) { try await store(person) }
    }

    private func store(_ person: Person) async throws {
        _ = try await database.write(
            """
            INSERT INTO handles (handle, shown, kind)
            VALUES (\(person.handle), \(person.shown), \(person.kind.rawValue))
            ON CONFLICT (handle) DO NOTHING
            """
        )
    }

    func person(_ key: String) async throws -> Person? {
        known.withLock { $0[key] }
    }

    func people(_ keys: some Collection<String> & Sendable) async throws -> [String: Person] {
        known.withLock { known in
            keys.reduce(into: [:]) { found, key in found[key] = known[key] }
        }
    }

    func personOrPlaceholder(_ handle: Handle, madeBy sender: String) async throws -> Person {
        if let person = try await person(handle.key) { return person }
        let placeholder = Person(handle: handle.key, shown: handle.spelling, kind: .placeholder)
        try await store(placeholder)
        known.withLock { $0[handle.key] = placeholder }
        return placeholder
    }

    func day(of person: Person, at instant: PostgresTimestamp) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: person.timeZone) ?? .gmt
        let date = Date(timeIntervalSince1970: Double(instant.microseconds) / 1_000_000)
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    func authenticate(_ token: String) async throws -> Principal? {
        guard token.hasPrefix("token-of-"),
            let person = try await person(String(token.dropFirst("token-of-".count)))
        else { return nil }
        return Principal(person: person, sessionID: "session-of-\(person.handle)")
    }
}
