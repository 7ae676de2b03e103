import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

@testable import Identity

/// GitHub's side of a sign-in, on loopback: codes that work once, PKCE, and the account of whoever is signed in there.
final class StandInGitHub: Sendable {
    struct State {
        /// Who sits at the browser.
        var account = GitHubAccount(id: 4_711, login: "octo-ada")
        /// What a code stands for until it is used.
        var codes: [String: (challenge: String, redirect: String, account: GitHubAccount)] = [:]
        var tokens: [String: GitHubAccount] = [:]
        /// Answers the exchange and the question with this status, when set.
        var failure: HTTPResponse.Status?
        /// How often a code was exchanged for a token.
        var exchanges = 0
    }

    let state = Mutex(State())
    let port: Int
    static let clientID = "client-of-tests"
    static let clientSecret = "github-secret-of-tests"

    var settings: [String: String] {
        [
            "github.client_id": Self.clientID, "github.client_secret": Self.clientSecret,
            "github.web_url": "http://127.0.0.1:\(port)", "github.api_url": "http://127.0.0.1:\(port)/api",
        ]
    }

    private init(port: Int) {
        self.port = port
    }

    func signIn(_ id: Int64, _ login: String) {
        state.withLock { $0.account = GitHubAccount(id: id, login: login) }
    }

    /// Runs a stand-in for the time of `body`.
    static func with<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (StandInGitHub) async throws -> Result
    ) async throws -> Result {
        let (ports, ready) = AsyncStream.makeStream(of: Int.self)
        let holder = Mutex<StandInGitHub?>(nil)
        let router = Router()
        let current: @Sendable () throws -> StandInGitHub = {
            guard let gitHub = holder.withLock({ $0 }) else { throw HTTPError(.serviceUnavailable) }
            return gitHub
        }
        router.get("/login/oauth/authorize") { request, _ in try current().authorize(request) }
        router.post("/login/oauth/access_token") { request, _ in
            let body = try await request.body.collect(upTo: 65_536)
            return try current().exchange(request, Array(body.readableBytesView))
        }
        router.get("/api/user") { request, _ in try current().user(request) }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in ready.yield(channel.localAddress?.port ?? 0) },
            logger: {
                var logger = Logger(label: "github")
                logger.logLevel = .critical
                return logger
            }()
        )
        let server = Task { try await application.runService(gracefulShutdownSignals: []) }
        defer { server.cancel() }
        guard let port = await ports.first(where: { _ in true }) else { throw HTTPError(.serviceUnavailable) }
        let gitHub = StandInGitHub(port: port)
        holder.withLock { $0 = gitHub }
        return try await body(gitHub)
    }

    // MARK: Answers

    private func authorize(_ request: Request) throws -> Response {
        let query = request.uri.queryParameters
        guard query["client_id"] == Self.clientID[...], query["code_challenge_method"] == "S256",
            let challenge = query["code_challenge"], let state = query["state"], let redirect = query["redirect_uri"]
        else { throw HTTPError(.badRequest) }
        let code = UUID().uuidString
        self.state.withLock { $0.codes[code] = (String(challenge), String(redirect), $0.account) }
        return Response(status: .found, headers: [.location: "\(redirect)?code=\(code)&state=\(state)"])
    }

    private func exchange(_ request: Request, _ body: [UInt8]) throws -> Response {
        let form = FormFields(body)
        if let failure = state.withLock({ $0.failure }) { return Response(status: failure) }
        guard form["client_id"] == Self.clientID, form["client_secret"] == Self.clientSecret,
            request.headers[.accept] == "application/json"
        else { throw HTTPError(.unauthorized) }
        let challenge = form["code_verifier"].map { Base64URL.encode(SHA256.hash(data: Data($0.utf8))) }
        let token: String? = state.withLock { state in
            state.exchanges += 1
            guard let code = form["code"], let known = state.codes[code], known.challenge == challenge,
                known.redirect == form["redirect_uri"]
            else { return nil }
            state.codes[code] = nil
            let token = "gho_" + UUID().uuidString
            state.tokens[token] = known.account
            return token
        }
        guard let token else { return Self.json(#"{"error":"bad_verification_code"}"#) }
        return Self.json(#"{"access_token":"\#(token)","token_type":"bearer","scope":""}"#)
    }

    private func user(_ request: Request) throws -> Response {
        let token = request.headers[.authorization]?.dropFirst("Bearer ".count).description
        guard let account = state.withLock({ state in token.flatMap { state.tokens[$0] } }) else {
            throw HTTPError(.unauthorized)
        }
        return Self.json(#"{"login":"\#(account.login)","id":\#(account.id),"type":"User"}"#)
    }

    private static func json(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }
}
