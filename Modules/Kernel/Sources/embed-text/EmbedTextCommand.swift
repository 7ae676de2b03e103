import Foundation

/// `embed-text OUTPUT ROOT FILE...`: writes the files' texts to OUTPUT as Swift constants, named by their path below
/// ROOT. Run by the plugin `EmbedText`. Exit code 1 and one line on standard error if a file cannot be embedded.
@main
struct EmbedTextCommand {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { fail("usage: embed-text OUTPUT ROOT FILE...") }
        do {
            let files = try arguments.dropFirst(3).map { try TextFile(path: $0, root: arguments[2]) }
            try Data(EmbeddedTextSource.render(files).utf8).write(to: URL(filePath: arguments[1]))
        } catch {
            fail("embed-text: \(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(1)
    }
}
