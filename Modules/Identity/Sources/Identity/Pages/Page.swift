import Crypto
import Foundation
import HTTPTypes
import Kernel
import NIOCore

/// A page of the service: a heading and what follows it. It runs no scripts, loads nothing, cannot be framed, is kept
/// nowhere, and tells no other page where it was.
struct Page: Sendable {
    let title: String
    let content: HTML
    /// Where the page's forms may lead besides this service: browsers check redirects, too.
    var formTarget: String?
    /// Who learns from the browser where it was. A page whose form must tell its origin needs `same-origin`.
    var referrerPolicy = "no-referrer"

    func response(_ status: HTTPResponse.Status = .ok, cookie: String? = nil) -> APIResponse {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
        for field in Self.privacy(referrerPolicy) { headers.append(field) }
        headers[.contentSecurityPolicy] = policy
        if let cookie { headers[.setCookie] = cookie }
        return APIResponse(status, headers: headers, body: ByteBuffer(string: markup.text))
    }

    /// A redirect to a place that may be told secrets in its address. Nobody keeps the answer, and the next page does not
    /// learn the address of this one.
    static func redirect(to address: String, cookie: String? = nil) -> APIResponse {
        var headers: HTTPFields = [.location: address]
        for field in privacy("no-referrer") { headers.append(field) }
        if let cookie { headers[.setCookie] = cookie }
        return APIResponse(.found, headers: headers)
    }

    private static func privacy(_ referrerPolicy: String) -> [HTTPField] {
        let policy = HTTPField.Name("Referrer-Policy").map { HTTPField(name: $0, value: referrerPolicy) }
        return [HTTPField(name: .cacheControl, value: "no-store")] + (policy.map { [$0] } ?? [])
    }

    private var policy: String {
        "default-src 'none'; style-src '\(Self.styleHash)'; form-action 'self'\(formTarget.map { " " + $0 } ?? ""); "
            + "base-uri 'none'; frame-ancestors 'none'"
    }

    private var markup: HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title) · /vibe</title>
        <style>\(HTML(stringLiteral: Self.style))</style>
        </head>
        <body>
        <main>
        <h1>\(title)</h1>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    private static let style = """
        body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#111;color:#eee}
        main{max-width:26rem;margin:12vh auto;padding:0 1.25rem}
        h1{font-size:1.4rem}a{color:#8cf}small{color:#aaa}
        form{margin:1.5rem 0}label{display:block;margin:.75rem 0}
        input,button,.button{font:inherit;box-sizing:border-box;width:100%;padding:.6rem;border-radius:.4rem}
        input{background:#222;color:inherit;border:1px solid #555}
        button,.button{display:block;border:0;background:#8cf;color:#111;text-align:center;text-decoration:none}
        """

    /// The one style that the browser may use, named by its hash.
    private static let styleHash = "sha256-" + Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
}
