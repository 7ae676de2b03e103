import JSONText
import Kernel
import Postgres

/// A card of a post: what `/share/{id}` shows to people and to sites that unfold links.
enum SharePage {
    /// UTF-16 units that such sites show.
    private static let descriptionLimit = 200

    static func page(of entry: BoardEntry, author: String, url: String) -> WebPage {
        let doubt = entry.isVerified ? "" : " (posted without signing in)"
        let tags = entry.tags.map { "#\($0)" }.joined(separator: " ")
        return WebPage(
            // What unfurls elsewhere must not look as if the person had said it.
            title: entry.isVerified
                ? "@\(author) on /vibe: \(entry.category)" : "Unverified, under the name @\(author): \(entry.category)",
            description: cut(entry.content),
            url: url,
            type: "article",
            body: """
                <article>
                <p class="small">\(entry.category.htmlEscaped)</p>
                <p class="text" dir="auto">\(entry.content.htmlEscaped)</p>
                <p class="small" dir="auto">\(tags.htmlEscaped)</p>
                <p><bdi>@\(author.htmlEscaped)</bdi>\(doubt)</p>
                <p class="small">\(Timestamp.format(entry.createdAt.microseconds).prefix(10))</p>
                </article>
                """
        )
    }

    static let unknown = WebPage(
        title: "Not found · /vibe",
        description: "There is no such post.",
        body: "<h1>Not found</h1><p>There is no such post, or it was deleted.</p>"
    )

    /// The beginning of a text, never half a character.
    private static func cut(_ text: String) -> String {
        var beginning = ""
        var length = 0
        for character in text {
            length += character.utf16.count
            guard length <= descriptionLimit else { return beginning + "…" }
            beginning.append(character)
        }
        return beginning
    }
}
