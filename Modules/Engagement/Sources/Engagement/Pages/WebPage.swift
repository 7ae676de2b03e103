import Crypto
import Foundation
import HTTPTypes
import Kernel

/// A page for people, with what social sites read of it. Takes plain texts and escapes them all; `body` alone is HTML.
struct WebPage: Sendable {
    let title: String
    let description: String
    /// The page's own address, for those who share it.
    var url: String?
    /// `article` for something that somebody wrote.
    var type = "website"
    /// What stands on the page: HTML whose texts are escaped.
    let body: String

    /// The answer, without scripts, frames, forms or anything from elsewhere.
    ///
    /// - Parameter caching: the field `Cache-Control`.
    func response(_ status: HTTPResponse.Status = .ok, caching: String = "public, max-age=60") -> APIResponse {
        var response = APIResponse.html(status, html)
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.cacheControl] = caching
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        return response
    }

    private var html: String {
        let address = url.map { #"<meta property="og:url" content="\#($0.htmlEscaped)">"# } ?? ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title.htmlEscaped)</title>
            <meta name="description" content="\(description.htmlEscaped)">
            <meta property="og:site_name" content="/vibe">
            <meta property="og:type" content="\(type.htmlEscaped)">
            <meta property="og:title" content="\(title.htmlEscaped)">
            <meta property="og:description" content="\(description.htmlEscaped)">
            \(address)
            <meta name="twitter:card" content="summary">
            <meta name="twitter:title" content="\(title.htmlEscaped)">
            <meta name="twitter:description" content="\(description.htmlEscaped)">
            <style>\(Self.style)</style>
            </head>
            <body>
            <main>
            \(body)
            </main>
            </body>
            </html>

            """
    }

    private static let style = """
        body{margin:0;background:#0d0d0f;color:#ededed;font:18px/1.5 system-ui,sans-serif}
        main{max-width:36rem;margin:12vh auto;padding:0 1.5rem}
        .text{font-size:1.4rem;white-space:pre-wrap;overflow-wrap:anywhere}
        .small{color:#9a9aa2;font-size:.9rem}
        code{background:#1d1d22;padding:.1em .4em;border-radius:.3em}
        """

    /// The one style sheet of the page is allowed by its hash, nothing else at all.
    private static let policy: String = {
        let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
        return "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'"
    }()
}
