import ArgumentParser
import Foundation

/// What a command shows to a running Parvis.
struct KeyOptions: ParsableArguments {
    @Option(help: "An API key or a token for the running Parvis (default: the variable PARVIS_KEY).")
    var key: String?

    /// `nil`: none, which is enough for a Parvis that was started with --open.
    var value: String? {
        let text = key ?? ProcessInfo.processInfo.environment["PARVIS_KEY"] ?? ""
        return text.isEmpty ? nil : text
    }

    /// Headers with the key.
    func headers(_ others: [(name: String, value: String)] = []) -> [(name: String, value: String)] {
        others + (value.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? [])
    }
}
