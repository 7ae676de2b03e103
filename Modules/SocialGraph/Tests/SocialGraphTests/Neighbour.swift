import Contracts
import Kernel
import Synchronization
import Testing

/// Asks for what SocialGraph offers, and for what all modules do together, as its neighbours do.
final class Neighbour: FeatureModule {
    private let found = Mutex<(blocks: any BlockList, people: PersonHooks)?>(nil)

    let manifest = ModuleManifest(name: "neighbour", summary: "Asks for blocks", requires: ["social_graph"])
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        let blocks = try registrar.require((any BlockList).self)
        found.withLock { $0 = (blocks, registrar.services.people) }
    }

    func blocks() throws -> any BlockList { try #require(found.withLock { $0 }).blocks }

    func people() throws -> PersonHooks { try #require(found.withLock { $0 }).people }
}
