import Contracts
import Kernel
import Postgres

/// Takes heartbeats, and goodbyes.
struct Heartbeats: Sendable {
    let board: PresenceBoard
    let store: any PresenceStore
    let people: PeopleCache

    /// - Parameter countsFiles: whether changes of file are counted for the mood, as for agents.
    /// - Returns: the presence after it; `nil` when the handle has no row.
    func beat(_ person: Person, _ patch: PresencePatch, countsFiles: Bool = false) async throws -> PresenceState? {
        guard let known = try await presence(of: person.handle, at: patch.seen) else { return nil }
        return board.beat(
            patch,
            known: known,
            countsFiles: countsFiles,
            hour: people.hour(of: person, at: patch.seen)
        )
    }

    /// Takes somebody out of the lists, until their next heartbeat.
    func leave(_ person: Person, at now: PostgresTimestamp) async throws {
        var patch = PresencePatch(seen: now)
        patch.hasLeft = true
        _ = try await beat(person, patch)
    }

    private func presence(of handle: String, at now: PostgresTimestamp) async throws -> PresenceState? {
        if let known = board.presence(of: handle) { return known }
        return try await store.presence(of: handle, at: now)
    }
}
