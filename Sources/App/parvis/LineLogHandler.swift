import Foundation
import Logging

/// Writes log lines to standard error: for people, or as one JSON object a line.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    let label: String
    let isJSON: Bool

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        var line: String
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        if isJSON {
            line =
                "{\"time\":\(quoted(time)),\"level\":\(quoted(event.level.rawValue)),\"message\":\(quoted(event.message.description))"
            for (key, value) in fields { line += ",\(quoted(key)):\(quoted(value.description))" }
            line += "}\n"
        } else {
            line =
                "\(time) \(event.level.rawValue.uppercased().padding(toLength: 8, withPad: " ", startingAt: 0))\(event.message)"
            for (key, value) in fields { line += " \(key)=\(value)" }
            line += "\n"
        }
        Output.tell(line)
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
