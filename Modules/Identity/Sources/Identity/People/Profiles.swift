import Contracts

/// The public profiles, for other modules.
struct Profiles: PublicProfiles {
    let store: any UserStore

    func profiles(of keys: some Collection<String> & Sendable) async throws -> [String: PublicProfile] {
        guard !keys.isEmpty else { return [:] }
        let found = try await store.publicProfiles(of: Array(keys))
        return Dictionary(found.map { ($0.person.handle, $0) }) { first, _ in first }
    }
}
