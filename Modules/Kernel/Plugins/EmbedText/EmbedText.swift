import Foundation
import PackagePlugin

/// Turns every `.sql`, `.yaml` and `.yml` file of a target into a string constant of `enum EmbeddedText`.
///
/// Needs no `exclude` or `resources` in the manifest: SwiftPM counts the inputs of a plugin's command as handled.
@main
struct EmbedText: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
        guard let module = target.sourceModule else { return [] }
        let root = module.directoryURL
        let inputs = module.sourceFiles.map(\.url)
            .filter { ["sql", "yaml", "yml"].contains($0.pathExtension.lowercased()) }
            .sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedText.swift")
        // The file names are arguments, so that adding or removing one runs the command again.
        return [
            .buildCommand(
                displayName: "Embedding \(inputs.count) text files into \(target.name)",
                executable: try context.tool(named: "embed-text").url,
                arguments: [output.path, root.path] + inputs.map(\.path),
                inputFiles: inputs,
                outputFiles: [output]
            )
        ]
    }
}
