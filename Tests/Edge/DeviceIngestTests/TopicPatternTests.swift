import Testing

@testable import DeviceIngest

struct TopicPatternTests {
    @Test(
        arguments: [
            ("city/traffic/{detector}/state", "city/traffic/A1/state", ["A1"]),
            ("city/traffic/{detector}/state", "city/traffic/A1/other", nil),
            ("city/traffic/{detector}/state", "city/traffic//state", nil),
            ("city/traffic/{detector}/state", "city/traffic/A1/state/more", nil),
            ("city/traffic/{detector}/state", "city/traffic/A1", nil),
            ("{area}/{device}", "north/7", ["north", "7"]),
            ("sensor-{id}/up", "sensor-42/up", ["42"]),
            ("sensor-{id}.v1/up", "sensor-42.v1/up", ["42"]),
            ("sensor-{id}/up", "sensor-/up", nil),
            ("+/{id}/#", "a/b/c/d", ["b"]),
            ("+/{id}/#", "a/b", ["b"]),
            ("#", "anything/at/all", []),
            ("a/b", "a/b", []),
            ("a/b", "a/B", nil),
            ("é/{x}", "é/ü", ["ü"]),
        ] as [(String, String, [Substring]?)])
    func `a pattern takes out what stands where it has names`(
        pattern: String, topic: String, expected: [Substring]?
    ) throws {
        #expect(try TopicPattern(pattern).captures(of: topic) == expected)
    }

    @Test(arguments: [
        ("city/{a}/x-{b}/+/#", "city/+/+/+/#"), ("plain", "plain"), ("/a/", "/a/"),
    ])
    func `servers are asked for levels, not for names`(pattern: String, filter: String) throws {
        #expect(try TopicPattern(pattern).filter == filter)
    }

    @Test(arguments: ["", "a/#/b", "a+/b", "a/{/b", "a/}/b", "a/{}/b", "{x}{y}", "{a}/{a}", "$SYS/#", "a\u{0}"])
    func `what is no pattern is refused`(pattern: String) {
        #expect(throws: TopicPattern.Flaw.self) { try TopicPattern(pattern) }
    }
}
