import ArgumentParser
import Testing

@testable import parvis

struct CommandHelpTests {
    /// Every command with its path of names, groups before what is in them.
    private static func commands(
        of parent: any ParsableCommand.Type = Parvis.self, _ path: [String] = ["parvis"]
    ) -> [(path: [String], type: any ParsableCommand.Type)] {
        var found: [(path: [String], type: any ParsableCommand.Type)] = [(path, parent)]
        for command in parent.configuration.subcommands {
            found += commands(of: command, path + [command._commandName])
        }
        return found
    }

    @Test func `every command that does something shows how it is called`() {
        for (path, type) in Self.commands() where type.configuration.subcommands.isEmpty && type != VersionCommand.self
        {
            let lines = type.configuration.discussion.split(separator: "\n")
            let examples = lines.drop { $0 != "EXAMPLES" }.dropFirst()
            let name = path.joined(separator: " ")
            #expect(examples.contains { $0.contains(name + " ") || $0.hasSuffix(name) }, "\(name) has no example of it")
        }
    }

    @Test func `what is written for a terminal fits its 80 columns`() {
        for (path, type) in Self.commands() {
            for line in type.configuration.discussion.split(separator: "\n") where line.count > 80 {
                Issue.record("\(path.joined(separator: " ")) --help breaks: \(line)")
            }
        }
    }
}
