/// One attribute of each kind as it is written, and as each form shows it.
struct AttributeSample: Sendable, CustomStringConvertible {
    let written: String
    var normalized: String
    let concise: String
    let simplified: String
    var description: String { written }

    /// - Parameter normalized: `nil`: as written.
    init(_ written: String, normalized: String? = nil, concise: String, simplified: String) {
        self.written = written
        self.normalized = normalized ?? written
        self.concise = concise
        self.simplified = simplified
    }

    static let all = [
        AttributeSample(#"{"type":"Property","value":21.50}"#, concise: "21.50", simplified: "21.50"),
        AttributeSample(#"{"type":"Property","value":"é\n"}"#, concise: #""é\n""#, simplified: #""é\n""#),
        AttributeSample(#"{"type":"Property","value":true}"#, concise: "true", simplified: "true"),
        AttributeSample(
            #"{"type":"Property","value":{"a":[1,{"b":null}]}}"#, concise: #"{"value":{"a":[1,{"b":null}]}}"#,
            simplified: #"{"a":[1,{"b":null}]}"#),
        AttributeSample(
            #"{"type":"Property","value":[1,2]}"#, concise: #"{"value":[1,2]}"#, simplified: "[1,2]"),
        AttributeSample(
            #"{"type":"Property","value":5,"observedAt":"2026-01-01T00:00:00.5Z","unitCode":"CEL"}"#,
            concise: #"{"value":5,"observedAt":"2026-01-01T00:00:00.5Z","unitCode":"CEL"}"#, simplified: "5"),
        AttributeSample(
            #"{"type":"Property","value":5,"accuracy":{"type":"Property","value":0.1}}"#,
            concise: #"{"value":5,"accuracy":0.1}"#, simplified: "5"),
        AttributeSample("7", normalized: #"{"type":"Property","value":7}"#, concise: "7", simplified: "7"),
        AttributeSample(
            #"{"value":7,"unitCode":"KMH"}"#, normalized: #"{"type":"Property","value":7,"unitCode":"KMH"}"#,
            concise: #"{"value":7,"unitCode":"KMH"}"#, simplified: "7"),
        AttributeSample(
            #"{"type":"Relationship","object":"urn:x:2"}"#, concise: #"{"object":"urn:x:2"}"#,
            simplified: #""urn:x:2""#),
        AttributeSample(
            #"{"object":"urn:x:2"}"#, normalized: #"{"type":"Relationship","object":"urn:x:2"}"#,
            concise: #"{"object":"urn:x:2"}"#, simplified: #""urn:x:2""#),
        AttributeSample(
            #"{"type":"Relationship","object":["urn:x:2","urn:x:3"],"objectType":"Room"}"#,
            concise: #"{"object":["urn:x:2","urn:x:3"],"objectType":"Room"}"#, simplified: #"["urn:x:2","urn:x:3"]"#),
        AttributeSample(
            #"{"type":"GeoProperty","value":{"type":"Point","coordinates":[13.4,52.5]}}"#,
            concise: #"{"type":"Point","coordinates":[13.4,52.5]}"#,
            simplified: #"{"type":"Point","coordinates":[13.4,52.5]}"#),
        AttributeSample(
            #"{"type":"LanguageProperty","languageMap":{"en":"bridge","fr":"pont"}}"#,
            concise: #"{"languageMap":{"en":"bridge","fr":"pont"}}"#,
            simplified: #"{"languageMap":{"en":"bridge","fr":"pont"}}"#),
        AttributeSample(
            #"{"type":"VocabProperty","vocab":"open"}"#, concise: #"{"vocab":"open"}"#,
            simplified: #"{"vocab":"open"}"#),
        AttributeSample(
            #"{"type":"VocabProperty","vocab":["open","wet"]}"#, concise: #"{"vocab":["open","wet"]}"#,
            simplified: #"{"vocab":["open","wet"]}"#),
        AttributeSample(
            #"{"type":"ListProperty","valueList":[1,"a"]}"#, concise: #"{"valueList":[1,"a"]}"#,
            simplified: #"[1,"a"]"#),
        AttributeSample(
            #"{"type":"ListRelationship","objectList":["urn:x:2",{"object":"urn:x:3"}]}"#,
            normalized: #"{"type":"ListRelationship","objectList":[{"object":"urn:x:2"},{"object":"urn:x:3"}]}"#,
            concise: #"{"objectList":[{"object":"urn:x:2"},{"object":"urn:x:3"}]}"#,
            simplified: #"["urn:x:2","urn:x:3"]"#),
        AttributeSample(
            #"{"type":"JsonProperty","json":{"@id":"not expanded","n":null}}"#,
            concise: #"{"json":{"@id":"not expanded","n":null}}"#,
            simplified: #"{"json":{"@id":"not expanded","n":null}}"#),
    ]
}
