/// How long an answer may be kept, as its server says: `s-maxage` or `max-age` of Cache-Control, or else Expires.
///
/// - Source: CIM 009 clause 6.3.16; RFC 9111, sections 4.2.1 and 5.2.2.
struct CacheLifetime {
    /// From now on; zero for what must not be kept, `nil` when the server says nothing that can be read.
    let duration: Duration?

    init(_ response: OutgoingResponse) {
        let age = response.header("Age").flatMap { Int64($0) } ?? 0
        if let seconds = Self.seconds(response.header("Cache-Control")) {
            duration = .seconds(max(0, seconds - max(0, age)))
        } else if let expires = response.header("Expires") {
            // A date that cannot be read, such as 0, lies in the past.
            let end = HTTPDate(expires)?.secondsSince1970 ?? 0
            let start = response.header("Date").flatMap { HTTPDate($0) }?.secondsSince1970
            duration = start.map { .seconds(max(0, end - $0)) } ?? (end == 0 ? .zero : nil)
        } else {
            duration = nil
        }
    }

    private static func seconds(_ field: String?) -> Int64? {
        guard let field else { return nil }
        var directives: [String: String] = [:]
        for part in field.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard let name = sides.first else { continue }
            directives[name.filter { $0 != " " && $0 != "\t" }.lowercased()] =
                sides.count > 1 ? sides[1].filter { $0 != " " && $0 != "\"" } : ""
        }
        if directives["no-store"] != nil || directives["no-cache"] != nil { return 0 }
        for name in ["s-maxage", "max-age"] {
            // More than a cache can mean is as good as for ever.
            if let text = directives[name], !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                return min(Int64(text) ?? 1 << 31, 1 << 31)
            }
        }
        return nil
    }
}

/// A date of HTTP in its one form that is still written: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// - Source: RFC 9110, section 5.6.7.
struct HTTPDate {
    let secondsSince1970: Int64

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    init?(_ text: String) {
        let words = text.split { $0 == " " || $0 == "," || $0 == ":" }
        guard words.count == 8, words[7] == "GMT", let day = Int64(words[1]), (1...31).contains(day),
            let month = Self.months.firstIndex(of: String(words[2])), let year = Int64(words[3]),
            (1970...9999).contains(year), let hour = Int64(words[4]), let minute = Int64(words[5]),
            let second = Int64(words[6]), (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
        else { return nil }
        // Days since 1 March of the year 0, with the leap day at the end of a year; 719,468 of them before 1970.
        let marchYear = month < 2 ? year - 1 : year
        let marchMonth = Int64((month + 10) % 12)
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        let days = 365 * marchYear + leapDays + (153 * marchMonth + 2) / 5 + day - 1 - 719_468
        secondsSince1970 = ((days * 24 + hour) * 60 + minute) * 60 + second
    }
}
