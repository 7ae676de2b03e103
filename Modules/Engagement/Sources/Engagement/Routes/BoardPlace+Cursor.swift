import Kernel

extension BoardPlace {
    init(_ standing: Standing) {
        self.init(score: standing.score, handle: standing.handle)
    }

    /// - Throws: 400 `invalid_cursor`.
    init(_ text: String) throws(APIError) {
        let cursor = try Cursor(text, count: 2)
        self.init(score: try cursor.int(0), handle: cursor.parts[1])
    }

    /// As `next` gives it.
    var text: String { Cursor(["\(score)", handle]).text }
}
