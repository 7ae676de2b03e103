let first = CommandLine.arguments.first!
