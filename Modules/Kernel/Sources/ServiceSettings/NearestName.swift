/// Guesses what someone meant to type.
enum NearestName {
    /// ` (did you mean 'server.port'?)`, or nothing if no candidate is near.
    static func hint(for name: String, among candidates: some Sequence<String>) -> String {
        find(name, among: candidates).map { " (did you mean '\($0)'?)" } ?? ""
    }

    /// The candidate with the fewest edits, at most a third of the name and at least two; the first in alphabetical
    /// order among equals.
    static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(2, name.utf8.count / 3)
        return candidates.map { (distance(name, $0), $0) }.filter { $0.0 <= limit }.min { $0 < $1 }?.1
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8)
        let b = Array(b.utf8)
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
