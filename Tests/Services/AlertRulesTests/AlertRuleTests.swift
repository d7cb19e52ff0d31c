import JSONTree
import Testing

@testable import AlertRules

@Suite struct AlertRuleTests {
    private static let test = #"{"kind":"threshold","attribute":"pm25","comparison":"above","value":50,"clear":45}"#
    private static func text(_ condition: String, _ more: String = "") -> String {
        #"{"name":"PM2.5","condition":\#(condition)\#(more)}"#
    }
    private static func tests(_ test: String, _ more: String = "") -> String {
        text(#"{"entities":{"type":"T"},"tests":[\#(test)]}"#, more)
    }

    @Test func `a whole rule is read`() throws {
        let read = try rule(
            Self.text(
                #"{"entities":{"type":"A|https://x.example/B","id":["urn:a:1"],"scopeQ":"/centre"},"match":"any","for":"PT10M","timeZone":"Europe/Paris","tests":[\#(Self.test),{"kind":"absence","attribute":"pm25","after":"PT15M"},{"kind":"rate","attribute":"level.now","comparison":"atMost","value":-1,"per":"P1D"}]}"#,
                #","ruleState":"on","severity":"high","category":"environment","activeTimes":[{"days":["mon"],"from":"22:00","to":"06:00"}],"notify":[{"channel":"webhook","uri":"https://a.example/x"},{"channel":"email","to":["a+b@c.example","d@e.example"]}],"escalation":{"after":"PT30M","notify":[{"channel":"mqtt","uri":"mqtt://h/t"}]}"#
            ))
        #expect(read.isOn)
        #expect(read.severity == .high)
        #expect(read.condition.selection.types == ["A", "https://x.example/B"])
        #expect(read.condition.attributes.map(\.name) == ["pm25", "level"])
        #expect(read.condition.attributes[1].path == ["now"])
        #expect(read.condition.holdSeconds == 600)
        #expect(read.condition.schedule.windows == [.init(days: [0], fromMinute: 1_320, toMinute: 360)])
        #expect(read.notices.map(\.uri) == ["https://a.example/x", "mailto:a+b@c.example,d@e.example"])
        #expect(read.escalation?.afterSeconds == 1_800)
        #expect(read.condition.windowSeconds == 600 + 2 * 86_400)
    }

    /// What is wrong, the member that is named, and a word of the reason.
    @Test(
        arguments: [
            (#"{"condition":{}}"#, "name", "name"), (#"{"name":"x"}"#, "condition", "condition"),
            (#"{"name":1,"condition":{}}"#, "name", "text"), (text("[]"), "condition", "object"),
            (text(#"{"tests":[]}"#), "condition.entities", "watches"),
            (text(#"{"entities":{},"tests":[\#(test)]}"#), "condition.entities.type", "type"),
            (text(#"{"entities":{"type":"*"},"tests":[\#(test)]}"#), "condition.entities.type", "type"),
            (text(#"{"entities":{"type":"Alert"},"tests":[\#(test)]}"#), "condition.entities.type", "alerts"),
            (
                text(#"{"entities":{"type":"https://x/AlertRule"},"tests":[\#(test)]}"#), "condition.entities.type",
                "alerts"
            ),
            (
                text(#"{"entities":{"type":"T","area":{"type":"Point","coordinates":[1,2]}},"tests":[\#(test)]}"#),
                "condition.entities.area", "Polygon"
            ),
            (text(#"{"entities":{"type":"T"},"tests":[]}"#), "condition.tests", "at least one"),
            (text(#"{"entities":{"type":"T"},"test":[]}"#), "condition", "\"test\""),
            (text(#"{"entities":{"type":"T"},"tests":[\#(test)],"match":"most"}"#), "condition.match", "any"),
            (text(#"{"entities":{"type":"T"},"tests":[\#(test)],"for":"10 min"}"#), "condition.for", "PT15M"),
            (text(#"{"entities":{"type":"T"},"tests":[\#(test)],"for":"P8D"}"#), "condition.for", "P7D"),
            (
                text(#"{"entities":{"type":"T"},"tests":[\#(test)],"timeZone":"Mars/Base"}"#), "condition.timeZone",
                "IANA"
            ),
            (tests(#"{"kind":"magic"}"#), "condition.tests[0].kind", "threshold"),
            (tests("7"), "condition.tests[0]", "object"),
            (
                tests(#"{"kind":"threshold","comparison":"above","value":1}"#), "condition.tests[0].attribute",
                "attribute"
            ),
            (
                tests(#"{"kind":"threshold","attribute":"a","comparison":"over","value":1}"#),
                "condition.tests[0].comparison", "above"
            ),
            (
                tests(#"{"kind":"threshold","attribute":"a","comparison":"above","value":"1"}"#),
                "condition.tests[0].value", "number"
            ),
            (
                tests(#"{"kind":"threshold","attribute":"a","comparison":"above","value":1e999}"#),
                "condition.tests[0].value", "number"
            ),
            (
                tests(#"{"kind":"threshold","attribute":"a","comparison":"above","value":1,"clear":1}"#),
                "condition.tests[0].clear", "below"
            ),
            (
                tests(#"{"kind":"threshold","attribute":"a","comparison":"atMost","value":1,"clear":0}"#),
                "condition.tests[0].clear", "above"
            ),
            (
                tests(#"{"kind":"threshold","attribute":"a","comparison":"is","value":[1]}"#),
                "condition.tests[0].value", "text"
            ),
            (
                tests(#"{"kind":"threshold","attribute":"a","comparison":"between","low":2,"high":1}"#),
                "condition.tests[0]", "less"
            ),
            (
                tests(#"{"kind":"rate","attribute":"a","comparison":"above","value":1}"#), "condition.tests[0].per",
                "PT1H"
            ),
            (
                tests(#"{"kind":"rate","attribute":"a","comparison":"is","value":1,"per":"PT1H"}"#),
                "condition.tests[0]", "rate"
            ),
            (tests(#"{"kind":"absence","attribute":"a"}"#), "condition.tests[0].after", "silent"),
            (tests(#"{"kind":"area","event":"near","area":{}}"#), "condition.tests[0].event", "inside"),
            (
                tests(#"{"kind":"area","event":"inside","area":{"type":"Polygon","coordinates":[]}}"#),
                "condition.tests[0].area", "Polygon"
            ),
            (tests(test, #","ruleState":"perhaps""#), "ruleState", "on or off"),
            (tests(test, #","severity":"bad""#), "severity", "critical"),
            (
                tests(test, #","activeTimes":[{"days":["monday"],"from":"07:00","to":"08:00"}]"#),
                "activeTimes[0].days[0]", "mon"
            ),
            (tests(test, #","activeTimes":[{"from":"7:00","to":"08:00"}]"#), "activeTimes[0].from", "07:00"),
            (tests(test, #","activeTimes":[{"from":"08:00","to":"08:00"}]"#), "activeTimes[0]", "whole day"),
            (tests(test, #","notify":[{"channel":"fax"}]"#), "notify[0].channel", "webhook"),
            (tests(test, #","notify":[{"channel":"webhook","uri":"mqtt://h/t"}]"#), "notify[0].uri", "https"),
            (tests(test, #","notify":[{"channel":"email","to":["a@b.c\nBcc: x@y.z"]}]"#), "notify[0].to[0]", "address"),
            (tests(test, #","notify":[{"channel":"email","to":[]}]"#), "notify[0].to", "address"),
            (tests(test, #","escalation":{"notify":[]}"#), "escalation.after", "PT30M"),
        ])
    func `what is wrong is named`(text: String, member: String, word: String) throws {
        let error = try #require(throws: RuleError.self) { _ = try rule(text) }
        #expect(error.member == member)
        #expect(error.reason.contains(word), "\(error.reason)")
    }

    @Test func `what is too much is refused`() throws {
        let many = Array(repeating: Self.test, count: RuleLimits.tests + 1).joined(separator: ",")
        #expect(throws: RuleError.self) { try rule(Self.tests(many)) }
        let long = String(repeating: "x", count: RuleLimits.text + 1)
        #expect(throws: RuleError.self) {
            try rule(Self.tests(#"{"kind":"absence","attribute":"\#(long)","after":"PT1M"}"#))
        }
        let ring = (0...RuleLimits.vertices).map { "[\(Double($0) / 1e4),0]" }.joined(separator: ",")
        #expect(throws: RuleError.self) {
            try rule(
                Self.tests(
                    #"{"kind":"area","event":"inside","area":{"type":"Polygon","coordinates":[[\#(ring),[0,0]]]}}"#))
        }
    }

    @Test(
        arguments: [
            ("PT15M", 900), ("P1DT12H", 129_600), ("P2W", 1_209_600), ("PT0.5S", 0.5), ("P", nil), ("PT", nil),
            ("P1M", nil), ("15M", nil), ("PT1M1H", nil), ("PTM", nil), ("P1D1D", nil), ("-PT1M", nil), ("PT1e9M", nil),
        ] as [(String, Double?)])
    func `durations are those of ISO 8601 with a certain length`(text: String, seconds: Double?) {
        #expect(RuleDuration.seconds(text) == seconds)
    }
}
