import Foundation

/// A mail of plain text.
///
/// - Source: RFC 5322; RFC 2045 and 2047 for what is not ASCII.
public struct MailMessage: Sendable {
    public var from: String
    public var to: [String]
    public var subject: String
    public var text: String
    /// Seconds since 1970.
    public var time: Int
    /// What is the same when the mail is sent again, so that receivers can tell.
    public var identifier: String
    /// Further header fields, such as `X-Parvis-Test`.
    public var headers: [(name: String, value: String)] = []

    /// - Parameters:
    ///   - from: an addr-spec, as all addresses here.
    ///   - identifier: letters, digits and `-`.
    public init(from: String, to: [String], subject: String, text: String, time: Int, identifier: String) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.time = time
        self.identifier = identifier
    }

    /// The message as it is sent: lines of at most 78 characters with CRLF.
    public var bytes: [UInt8] {
        let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
        var lines = ["From: <\(from)>"]
        lines.append("To: " + to.map { "<\($0)>" }.joined(separator: ",\r\n "))
        lines.append("Subject: " + Self.encoded(subject))
        lines.append("Date: " + Self.date(time))
        lines.append("Message-ID: <\(identifier)@\(domain)>")
        lines.append("MIME-Version: 1.0")
        lines.append("Content-Type: text/plain; charset=utf-8")
        lines.append("Content-Transfer-Encoding: base64")
        // RFC 3834: nobody's holiday reply.
        lines.append("Auto-Submitted: auto-generated")
        for (name, value) in headers { lines.append("\(name): \(Self.encoded(value))") }
        lines.append("")
        let body = Data(text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").utf8).base64EncodedString()
        var rest = body[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(76)))
            rest = rest.dropFirst(76)
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// A text in a header field: control characters are spaces, what is not ASCII or long stands in encoded words.
    static func encoded(_ text: String) -> String {
        let clean = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
        if clean.utf8.count <= 60, clean.utf8.allSatisfy({ $0 < 0x80 }), !clean.contains("=?") { return clean }
        var words: [String] = []
        var word: [UInt8] = []
        // A word ends between characters: 45 bytes are 60 letters of base64.
        for character in clean.unicodeScalars {
            let bytes = Array(String(character).utf8)
            if word.count + bytes.count > 42 {
                words.append(Data(word).base64EncodedString())
                word = []
            }
            word += bytes
        }
        if !word.isEmpty { words.append(Data(word).base64EncodedString()) }
        return words.map { "=?utf-8?B?\($0)?=" }.joined(separator: "\r\n ")
    }

    /// RFC 5322 section 3.3, in UTC.
    static func date(_ seconds: Int) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = days[Int(parts.tm_wday) % 7]
        let month = months[Int(parts.tm_mon) % 12]
        return
            "\(day), \(two(parts.tm_mday)) \(month) \(1_900 + parts.tm_year) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) +0000"
    }
}
