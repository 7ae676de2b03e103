import Contracts
import HTTPTypes
import Kernel
import Postgres

/// Claims handles for other modules, by the rules of registering. How often, they limit themselves: they know the
/// address.
struct DirectClaims: HandleClaims {
    let registration: Registration
    let services: KernelServices

    func claim(_ handle: Handle, with statements: [PostgresQuery]) async throws -> ClaimedHandle {
        let now = services.clock.now
        let state = try await registration.state(of: handle, at: now)
        if let reason = state.reservation(of: handle) {
            throw try await registration.reserved(handle, reason, at: now)
        }
        guard state.isFree else { throw try await taken(handle, at: now) }
        let new = Registration.NewHandle(handle: handle)
        do {
            let signIn = try await registration.claim(
                new,
                with: statements,
                state: state,
                at: now,
                writer: Writer(services: services)
            )
            return ClaimedHandle(
                person: signIn.person,
                token: signIn.token,
                sessionID: signIn.session.id,
                genesisNumber: signIn.genesisNumber
            )
        } catch ClaimRefusal.taken {
            throw try await taken(handle, at: now)
        }
    }

    private func taken(_ handle: Handle, at now: PostgresTimestamp) async throws -> APIError {
        APIError(
            .conflict,
            code: "handle_taken",
            error: "handle_taken",
            "@\(handle.spelling) is registered already.",
            field: "handle",
            suggestions: try await registration.suggestions(for: handle.key, at: now)
        )
    }

    /// A transaction of its own.
    private struct Writer: RequestWriter {
        let services: KernelServices

        func write(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
            let rows = try await services.database.write(batch)
            services.events.committed(batch)
            return rows
        }
    }
}
