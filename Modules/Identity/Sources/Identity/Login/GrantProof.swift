import Contracts
import HTTPTypes
import Kernel

/// A sign-in through the pages that ended less than a minute ago at the same address: clients register right after it,
/// without a token, and expect one (clients.md, 1.2).
struct GrantProof: ProofFinder {
    let store: any LoginStore
    let addressHash: AddressHash
    let settings: LoginSettings

    /// How long it lasts, in microseconds.
    static let lifetime: Int64 = 60 * 1_000_000

    func proof(of handle: Handle, in request: APIRequest, _ fields: BodyFields) async throws -> Proof? {
        // Any page that is open in the browser of the person who just signed in shares their address, and browsers let
        // pages call this service. They say whose page it is.
        if let origin = request.headers[.origin], !settings.trusts(origin: origin) { return nil }
        let hash = addressHash(request.clientAddress)
        guard try await store.hasGrant(handle.key, address: hash, at: request.receivedAt) else { return nil }
        return .grant(address: hash)
    }
}
