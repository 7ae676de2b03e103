/// Names of tables, columns and channels in SQL.
enum SQLIdentifier {
    /// The name as SQL writes it, whatever is in it.
    static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
