import JSONText
import KernelTesting

extension String {
    /// The lines of a log that are JSON, as values.
    var logEntries: [JSONValue] {
        split(separator: "\n").compactMap { try? JSONDocument($0.utf8).root }
    }
}

extension VibeProgram.Outcome {
    /// What `--json` printed.
    var json: JSONValue {
        get throws { try JSONDocument(output.utf8).root }
    }
}
