import Kernel
import Postgres

/// The audit log as routes use it: whatever happens in a request comes from an address.
struct AuditTrail: Sendable {
    let log: any AuditLog
    let addressHash: AddressHash

    /// The statement that records what happened; belongs into its transaction.
    func record(
        _ kind: AuditEvent.Kind,
        of handle: String,
        _ detail: String? = nil,
        in request: APIRequest
    ) -> PostgresQuery {
        log.record(
            AuditEvent(
                kind: kind,
                handle: handle,
                address: addressHash(request.clientAddress),
                detail: detail,
                at: request.receivedAt
            )
        )
    }
}
