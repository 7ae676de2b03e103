import HTTPTypes
import JSONText
import Kernel

/// `/api/admin/cutover`, for whoever has the operator's token.
struct AdminRoutes: Sendable {
    let token: String?
    let report: CutoverReport
    let changes: PhaseChanges

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/admin/cutover", RoutePolicy(.open, limit: .reads)) { request in
            try allow(request)
            return try await answer()
        }
        registrar.post("/api/admin/cutover", RoutePolicy(.open, limit: .reads)) { request in
            try allow(request)
            return try await change(request)
        }
    }

    private func answer() async throws -> APIResponse {
        .json(.ok, JSON.object([("success", true), ("sets", .array(try await report.entries().map(\.json)))]))
    }

    private func change(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        guard let set = DataSetName(rawValue: try body.string("set", limit: 64)) else {
            throw APIError.invalid(field: "set", "is no data set.")
        }
        let action = try body.string("action", limit: 64)
        let order = PhaseChanges.Request(
            by: try body.string("by", limit: 100),
            reason: try body.optionalString("reason"),
            isForced: try body.optionalBool("force") ?? false
        )
        guard order.actor.contains(where: { !$0.isWhitespace }) else { throw APIError.missing(field: "by") }
        do {
            switch action {
            case "advance": try await changes.begin(.advance, set, order)
            case "retreat": try await changes.begin(.retreat, set, order)
            case "abort": try await changes.abort(set, order)
            default: throw APIError.invalid(field: "action", "must be advance, retreat or abort.")
            }
        } catch let refusal as PhaseRefusal {
            throw APIError(.conflict, code: refusal.code, "\(refusal)")
        }
        let record = try await changes.finish(set)
        return .json(.ok, JSON.object([("success", true), ("sets", [try await report.entry(of: record).json])]))
    }

    private func allow(_ request: APIRequest) throws(APIError) {
        guard let token else { throw .notFound("There is nothing here.") }
        guard AdminRoutes.isEqual(request.headers[.authorization] ?? "", "Bearer \(token)") else {
            throw .unauthenticated("Authentication required: the operator's token as Authorization: Bearer …")
        }
    }

    /// Takes the same time wherever the texts begin to differ, so that the token cannot be guessed byte by byte.
    private static func isEqual(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension PhaseRefusal {
    /// Stable, for machines.
    var code: String {
        switch self {
        case .changeUnderWay: "change_under_way"
        case .noChange: "no_change"
        case .notAPhase, .notOneStep, .endOfTheWay: "no_such_phase"
        case .noKV: "no_kv"
        case .archived, .archivesOnlyWhatIsMoved: "archived"
        case .tooLateToAbort: "too_late_to_abort"
        case .gateClosed: "gate_closed"
        case .forceNeedsNameAndReason: "reason_required"
        }
    }
}
