import Contracts
import HTTPTypes
import Kernel
import Postgres

/// Turns an account that somebody has proved to be theirs into a session of the handle that it owns, or claims a handle
/// for it. The handle is settled here, before any client hears of the sign-in: clients take the handle that they asked
/// for as the one they got.
struct LoginFlow: Sendable {
    let store: any LoginStore
    let registration: Registration
    let people: PeopleCache
    let audit: any AuditLog
    let addressHash: AddressHash
    let limiter: ExactLimiter

    enum Outcome: Sendable {
        case signedIn(Registration.SignIn)
        /// The account owns another handle than the one asked for.
        case ownsAnother(String, requested: String)
        /// The account owns no handle yet, and the one asked for cannot be its.
        ///
        /// - Parameters:
        ///   - reason: why not; `nil` when none was asked for.
        ///   - suggestions: names that are free.
        case needsHandle(reason: String?, suggestions: [String])
        /// The handle may not sign in.
        case suspended(String)
        /// What proved the account was used meanwhile, or is too old.
        case stale
        case limited(RateLimitOutcome)
    }

    /// - Throws: what the database throws; everything that people can do something about is an outcome.
    func finish(_ account: Account, _ requested: Handle?, _ request: APIRequest) async throws -> Outcome {
        let outcome = try await settle(account, requested, request)
        if case .signedIn = outcome { return outcome }
        let refusal = event(.loginRefused, nil, account, request)
        _ = try await request.write([audit.record(refusal)])
        return outcome
    }

    private func settle(_ account: Account, _ requested: Handle?, _ request: APIRequest) async throws -> Outcome {
        if let owned = try await store.owned(by: account, requested: requested?.key) {
            return try await signIn(account, owned, requested, request)
        }
        guard let name = requested?.spelling ?? account.suggestedName else {
            return .needsHandle(reason: nil, suggestions: [])
        }
        let handle: Handle
        do {
            handle = try Handle(name)
        } catch {
            return try await needsHandle("\(error)", name, request)
        }
        return try await claim(account, handle, request)
    }

    private func signIn(
        _ account: Account,
        _ owned: String,
        _ requested: Handle?,
        _ request: APIRequest
    ) async throws -> Outcome {
        guard let person = try await people.caller(owned) else { return .suspended(owned) }
        if let requested, requested.key != owned {
            return .ownsAnother(person.shown, requested: requested.spelling)
        }
        let signIn = try await registration.signIn(
            person,
            proof: account.proof,
            with: store.refreshing(account) + consequences(owned, account, request),
            client: request.clientProgram,
            at: request.receivedAt,
            writer: request.writer
        )
        return signIn.map { .signedIn($0) } ?? .stale
    }

    private func claim(_ account: Account, _ handle: Handle, _ request: APIRequest) async throws -> Outcome {
        let now = request.receivedAt
        let state = try await registration.state(of: handle, at: now)
        if let objection = state.objection(to: handle) {
            return try await needsHandle("@\(handle.spelling): \(objection).", handle.key, request)
        }
        let outcome = try await limiter.take(IdentityLimits.newHandles, subject: request.clientNetwork)
        guard outcome.isAllowed else { return .limited(outcome) }
        do {
            return .signedIn(
                try await registration.claim(
                    Registration.NewHandle(handle: handle, client: request.clientProgram),
                    with: store.using(account, at: now),
                    belongings: store.linking(account, to: handle.key, at: now)
                        + consequences(handle.key, account, request),
                    state: state,
                    at: now,
                    writer: request.writer
                )
            )
        } catch ClaimRefusal.taken {
            return try await needsHandle("@\(handle.spelling): Already registered.", handle.key, request)
        } catch let error as PostgresError where error.sqlState == ProofStatements.noProof {
            return .stale
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            // Another request of this account was faster, and owns a handle by now.
            guard let owned = try await store.owned(by: account, requested: handle.key) else { throw error }
            return try await signIn(account, owned, handle, request)
        } catch let error as APIError where error.code == "genesis_full" {
            return .needsHandle(reason: error.detail, suggestions: [])
        }
    }

    private func needsHandle(_ reason: String, _ name: String, _ request: APIRequest) async throws -> Outcome {
        let names = try await registration.suggestions(for: name, at: request.receivedAt)
        return .needsHandle(reason: reason, suggestions: names)
    }

    /// What goes with every sign-in: the register that follows may have a token, and the log knows of it.
    private func consequences(_ handle: String, _ account: Account, _ request: APIRequest) -> [PostgresQuery] {
        let hash = addressHash(request.clientAddress)
        return [
            store.granting(handle, address: hash, at: request.receivedAt),
            audit.record(event(.login, handle, account, request)),
        ]
    }

    private func event(
        _ kind: AuditEvent.Kind,
        _ handle: String?,
        _ account: Account,
        _ request: APIRequest
    ) -> AuditEvent {
        AuditEvent(
            kind: kind,
            handle: handle,
            address: addressHash(request.clientAddress),
            detail: account.proof.kind,
            at: request.receivedAt
        )
    }
}

extension APIRequest {
    /// What the calling program calls itself.
    var clientProgram: String? { headers[.userAgent].map { String($0.prefix(200)) } }
}
