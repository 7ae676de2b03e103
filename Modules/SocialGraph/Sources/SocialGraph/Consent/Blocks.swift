import Contracts

/// Whom readers must not see: read with nearly every list, so from memory as long as that can be trusted.
struct Blocks: BlockList {
    let store: any ConsentStore
    let memory: ConnectionMemory

    func hidden(from reader: String) async throws -> Set<String> {
        if let hidden = memory.hidden(from: reader) { return hidden }
        let revision = memory.revision
        let hidden = try await store.hidden(from: reader)
        memory.rememberHidden(hidden, from: reader, ifUnchangedSince: revision)
        return hidden
    }
}
