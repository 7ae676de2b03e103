import JSONText

/// Prints what a command found: columns for people, JSON for programs.
enum Output {
    static func json(_ value: JSON) {
        var writer = JSONWriter()
        value.write(to: &writer)
        print(String(decoding: writer.bytes, as: UTF8.self))
    }

    /// Rows under a heading, each column as wide as its widest cell.
    static func table(_ heading: [String], _ rows: [[String]]) {
        let widths = heading.indices.map { column in
            ([heading] + rows).map { $0[column].count }.max() ?? 0
        }
        for row in [heading] + rows {
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            print(cells.joined(separator: "  ").trimmingSuffix { $0 == " " })
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while drop: (Character) -> Bool) -> String {
        var text = Substring(self)
        while let last = text.last, drop(last) { text.removeLast() }
        return String(text)
    }
}
