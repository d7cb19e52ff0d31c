import SeededRandom
/// Documents for tests that need many or typical ones.
enum JSONSamples {
    static let entity = #"""
        {"id":"urn:ngsi-ld:Vehicle:bus:4711", "type":"Vehicle","speed":{"type":"Property","value":42.5,
         "unitCode":"KMH","observedAt":"2026-03-01T12:00:00.000Z"},"location":{"type":"GeoProperty","value":
         {"type":"Point","coordinates":[13.404954,-52.520008e0]}},"name":{"type":"Property","value":"Bus \"4711\" – \u00c9toile 😀"},
         "flags":{"type":"Property","value":[true,false,null,[],{},0,-1,1E+2]},"é":"e"}
        """#

    /// The tokens of a random document; joined they are the document without white space.
    static func randomTokens(_ generator: inout SeededGenerator, depth: Int = 0) -> [String] {
        let choice = Int.random(in: 0..<(depth > 6 ? 5 : depth == 0 ? 2 : 9), using: &generator)
        let count = Int.random(in: 0...6, using: &generator)
        if (depth == 0 && choice == 0) || choice >= 7 {
            var tokens = ["{"]
            for index in 0..<count {
                tokens += [index > 0 ? "," : "", string(&generator, suffix: "\(index)"), ":"]
                tokens += randomTokens(&generator, depth: depth + 1)
            }
            return (tokens + ["}"]).filter { !$0.isEmpty }
        }
        if depth == 0 || choice >= 5 {
            var tokens = ["["]
            for index in 0..<count {
                if index > 0 { tokens.append(",") }
                tokens += randomTokens(&generator, depth: depth + 1)
            }
            return tokens + ["]"]
        }
        switch choice {
        case 0: return [["true", "false", "null"].randomElement(using: &generator)!]
        case 1: return [String(Int.random(in: -1000...1000, using: &generator))]
        case 2: return [Double.random(in: -1e6...1e6, using: &generator).description]
        default: return [string(&generator, suffix: "")]
        }
    }

    private static func string(_ generator: inout SeededGenerator, suffix: String) -> String {
        let pieces = [
            "a", "type", " ", "é", "😀", "€", #"\n"#, #"\""#, #"\\"#, #"\u00e9"#, #"\ud83d\ude00"#, "{", "]", ",", ":",
        ]
        let count = Int.random(in: 0...12, using: &generator)
        return "\"" + (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined() + suffix + "\""
    }
}
