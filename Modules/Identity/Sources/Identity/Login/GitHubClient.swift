import AsyncHTTPClient
import Crypto
import Foundation
import JSONText
import Kernel
import NIOCore
import NIOHTTP1

/// GitHub's side of the sign-in: OAuth 2.0 with PKCE (RFC 7636), and the question whose account it is.
struct GitHubClient: Sendable {
    let settings: GitHubSettings
    /// Where GitHub sends the browser back to; registered there.
    let callback: String
    /// From which the PKCE verifier of a state is derived, so that it is stored nowhere.
    let key: SymmetricKey

    /// Why GitHub did not say who it is.
    enum Failure: Error, CustomStringConvertible {
        /// GitHub refused the code: it is wrong, used or too old.
        case refused(String)
        /// No answer, or none that makes sense.
        case unavailable(String)

        var description: String {
            switch self {
            case .refused(let code): "GitHub refused the code: \(code)"
            case .unavailable(let reason): "GitHub gave no usable answer: \(reason)"
            }
        }
    }

    /// The page at GitHub that the browser goes to. Asks for no scope: a public profile is all that is needed.
    func authorizationAddress(state: String) -> String {
        let challenge = Base64URL.encode(SHA256.hash(data: Data(verifier(of: state).utf8)))
        return settings.webURL + "/login/oauth/authorize?"
            + FormFields.encoded([
                ("client_id", settings.clientID), ("redirect_uri", callback), ("state", state),
                ("code_challenge", challenge), ("code_challenge_method", "S256"),
            ])
    }

    /// Exchanges the code that the browser brought for the account that it stands for. The access token is used once, for
    /// this question, and forgotten.
    ///
    /// - Throws: ``Failure``.
    func account(code: String, state: String) async throws(Failure) -> GitHubAccount {
        let form = FormFields.encoded([
            ("client_id", settings.clientID), ("client_secret", settings.clientSecret), ("code", code),
            ("redirect_uri", callback), ("code_verifier", verifier(of: state)),
        ])
        var exchange = request(settings.webURL + "/login/oauth/access_token")
        exchange.method = .POST
        exchange.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        exchange.body = .bytes(ByteBuffer(string: form))
        let answer = try await json(exchange)
        guard let token = answer["access_token"]?.string, !token.isEmpty else {
            // GitHub answers 200 with an error code in the body.
            throw .refused(answer["error"]?.string ?? "no token")
        }

        var question = request(settings.apiURL + "/user")
        question.headers.add(name: "Authorization", value: "Bearer \(token)")
        let user = try await json(question)
        guard let id = user["id"]?.int64, id > 0, let login = user["login"]?.string, !login.isEmpty,
            login.utf8.count <= 100
        else { throw .unavailable("no account in the answer") }
        return GitHubAccount(id: id, login: login)
    }

    private func verifier(of state: String) -> String {
        Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Data(state.utf8), using: key))
    }

    private func request(_ address: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "Accept", value: "application/json")
        // GitHub answers nobody without one.
        request.headers.add(name: "User-Agent", value: "vibe")
        return request
    }

    private func json(_ request: HTTPClientRequest) async throws(Failure) -> JSONValue {
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 64 * 1_024)
            guard response.status == .ok else { throw Failure.unavailable("status \(response.status.code)") }
            let value = try JSONDocument(Array(body.readableBytesView)).root
            guard value.kind == .object else { throw Failure.unavailable("no JSON object") }
            return value
        } catch let failure as Failure {
            throw failure
        } catch {
            // Errors of the client and of the scanner quote neither the request nor the answer.
            throw .unavailable("\(error)")
        }
    }
}
