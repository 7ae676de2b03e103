import Foundation
import Kernel
import ServiceSettings

/// Addresses of pages, for answers.
struct Links: Sendable {
    private let base: String

    init(_ settings: Settings) {
        let url = settings.string("server.public_url")
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    func share(_ id: String) -> String { base + "/share/" + Self.segment(id) }

    func invite(_ code: String) -> String { base + "/invite/" + Self.segment(code) }

    var home: String { base + "/" }

    /// Old ids may hold anything, a slash for one.
    private static func segment(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~")))
            ?? ""
    }
}
