import ClauseTrait
import NGSILDModel
import NGSILDQuery
import Testing

/// A query, and whether it selects an entity.
struct Verdict: CustomTestStringConvertible {
    let q: String
    let attributes: String
    let isSelected: Bool

    init(_ q: String, _ attributes: String, _ isSelected: Bool) {
        self.q = q
        self.attributes = attributes
        self.isSelected = isSelected
    }

    var testDescription: String { "\(q) on \(attributes) is \(isSelected)" }
}

// CIM 009 clause 4.9
@Suite struct QueryExpressionTests {
    private func check(_ verdict: Verdict, _ world: QueryWorld, expandValues: Set<String> = []) throws {
        let entity = try world.thing(verdict.attributes)
        #expect(try world.selects(verdict.q, entity, expandValues: expandValues) == verdict.isSelected)
    }

    private static let temperature =
        #""temperature":{"type":"Property","value":20.5,"observedAt":"2026-03-01T12:00:00Z","#
        + #""unitCode":"CEL","accuracy":{"type":"Property","value":0.5,"since":{"type":"Property","value":"2020"}},"#
        + #""measuredBy":{"type":"Relationship","object":"urn:ngsi-ld:Sensor:7"}}"#

    static let existence: [Verdict] = [
        Verdict("temperature", temperature, true),
        Verdict("humidity", temperature, false),
        Verdict("temperature.accuracy", temperature, true),
        Verdict("temperature.accuracy.since", temperature, true),
        Verdict("temperature.measuredBy", temperature, true),
        Verdict("temperature.since", temperature, false),
        Verdict("accuracy", temperature, false),
        Verdict("temperature.observedAt", temperature, true),
        Verdict("temperature.unitCode", temperature, true),
        Verdict("temperature.datasetId", temperature, false),
        Verdict("temperature.lang", temperature, false),
        Verdict("temperature.expiresAt", temperature, false),
        Verdict("temperature.deletedAt", temperature, false),
        Verdict("temperature.accuracy.observedAt", temperature, false),
        Verdict("!humidity", temperature, true),
        Verdict("!temperature", temperature, false),
        Verdict("!temperature.accuracy", temperature, false),
        Verdict("!temperature.precision", temperature, true),
        Verdict("r", #""r":{"type":"Relationship","object":"urn:x:1"}"#, true),
        Verdict("v", #""v":{"type":"VocabProperty","vocab":"a"}"#, true),
        Verdict("l", #""l":{"type":"ListProperty","valueList":[]}"#, true),
        Verdict("o", #""o":{"type":"ListRelationship","objectList":[{"object":"urn:x:1"}]}"#, true),
        Verdict("n", #""n":{"type":"LanguageProperty","languageMap":{"en":"x"}}"#, true),
        Verdict("j", #""j":{"type":"JsonProperty","json":{}}"#, true),
        Verdict("location", #""location":{"type":"Point","coordinates":[1,2]}"#, true),
    ]

    @Test(.clause("4.9"), arguments: existence)
    func `a path alone asks whether the target exists`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    static let numbers: [Verdict] = [
        Verdict("a==20", #""a":20"#, true), Verdict("a==20.0", #""a":20"#, true), Verdict("a==2e1", #""a":20"#, true),
        Verdict("a==21", #""a":20"#, false), Verdict("a!=21", #""a":20"#, true), Verdict("a!=20", #""a":20"#, false),
        Verdict("a>19.99", #""a":20"#, true), Verdict("a>20", #""a":20"#, false), Verdict("a>=20", #""a":20"#, true),
        Verdict("a<20", #""a":20"#, false), Verdict("a<=20", #""a":20"#, true), Verdict("a<20.01", #""a":20"#, true),
        Verdict("a==-5", #""a":-5"#, true), Verdict("a<-4", #""a":-5"#, true), Verdict("a>-5.1", #""a":-5"#, true),
        Verdict("a==0", #""a":-0.0"#, true), Verdict("a==1e300", #""a":1e300"#, true),
        Verdict("a>1e300", #""a":1.0000000000000002e300"#, true),
        Verdict("a == 20", #""a":20"#, true), Verdict(" a >= 20 ", #""a":20"#, true),
        Verdict("b==20", #""a":20"#, false), Verdict("b!=20", #""a":20"#, false), Verdict("b>0", #""a":20"#, false),
    ]

    @Test(.clause("4.9"), arguments: numbers)
    func `numbers are compared by value`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    static let types: [Verdict] = [
        Verdict("a==20", #""a":"20""#, false), Verdict("a!=20", #""a":"20""#, true),
        Verdict("a>1", #""a":"20""#, false),
        Verdict(#"a=="20""#, #""a":20"#, false), Verdict(#"a!="20""#, #""a":20"#, true),
        Verdict(#"a>"1""#, #""a":20"#, false),
        Verdict("a==true", #""a":true"#, true), Verdict("a==false", #""a":true"#, false),
        Verdict("a!=false", #""a":true"#, true), Verdict("a==true", #""a":"true""#, false),
        Verdict(#"a=="true""#, #""a":true"#, false), Verdict("a!=true", #""a":1"#, true),
        Verdict("a==1", #""a":true"#, false), Verdict("a>0", #""a":true"#, false),
        Verdict("a==20", #""a":{"type":"Property","value":{"b":20}}"#, false),
        Verdict("a!=20", #""a":{"type":"Property","value":{"b":20}}"#, true),
        Verdict("a>2", #""a":{"type":"Property","value":{"b":20}}"#, false),
        Verdict("a==1", #""a":{"type":"Property","value":{"@type":"x","@value":1}}"#, true),
        Verdict("a>0", #""a":{"type":"Property","value":{"@type":"x","@value":1}}"#, true),
        Verdict(#"a=="t""#, #""a":{"type":"Property","value":{"@value":"t","@type":"x"}}"#, true),
        Verdict("location==1", #""location":{"type":"Point","coordinates":[1,2]}"#, false),
        Verdict("location!=1", #""location":{"type":"Point","coordinates":[1,2]}"#, true),
    ]

    @Test(arguments: types)
    func `values of another data type are unequal and have no order`(verdict: Verdict) throws {
        try check(verdict, QueryWorld())
    }

    static let texts: [Verdict] = [
        Verdict(#"a=="red""#, #""a":"red""#, true), Verdict(#"a=="Red""#, #""a":"red""#, false),
        Verdict(#"a!="red""#, #""a":"red""#, false), Verdict(#"a!="red""#, #""a":"blue""#, true),
        Verdict(#"a=="""#, #""a":"""#, true), Verdict(#"a=="a;b|c)(,d""#, #""a":"a;b|c)(,d""#, true),
        Verdict(#"a=="say \"hi\"""#, #""a":"say \"hi\"""#, true),
        Verdict(#"a=="back\\slash""#, #""a":"back\\slash""#, true),
        Verdict(#"a=="caf\u00e9""#, #""a":"café""#, true), Verdict(#"a=="café""#, #""a":"caf\u00e9""#, true),
        Verdict(#"a=="\ud83d\ude00""#, #""a":"😀""#, true), Verdict(#"a=="😀""#, #""a":"\ud83d\ude00""#, true),
        Verdict(#"a>"b""#, #""a":"c""#, true), Verdict(#"a>"b""#, #""a":"b""#, false),
        Verdict(#"a>="b""#, #""a":"b""#, true), Verdict(#"a<"b""#, #""a":"azzz""#, true),
        Verdict(#"a<"b""#, #""a":"b""#, false), Verdict(#"a<="b""#, #""a":"b""#, true),
        Verdict(#"a<="b""#, #""a":"ba""#, false), Verdict(#"a>"Z""#, #""a":"a""#, true),
        Verdict(#"a=="b".."d""#, #""a":"c""#, true), Verdict(#"a=="b".."d""#, #""a":"d""#, true),
        Verdict(#"a=="b".."d""#, #""a":"da""#, false), Verdict(#"a!="b".."d""#, #""a":"da""#, true),
        Verdict("a==http://example.org/x?y=1", #""a":"http://example.org/x?y=1""#, true),
    ]

    @Test(.clause("4.9"), arguments: texts)
    func `texts are compared by their characters`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    static let arrays: [Verdict] = [
        Verdict(#"a=="red""#, #""a":["blue","red"]"#, true), Verdict(#"a=="red""#, #""a":["blue","green"]"#, false),
        Verdict(#"a!="red""#, #""a":["blue","red"]"#, false), Verdict(#"a!="red""#, #""a":["blue","green"]"#, true),
        Verdict("a==2", #""a":[1,2,3]"#, true), Verdict("a!=2", #""a":[1,2,3]"#, false),
        Verdict("a==5", #""a":[1,2,3]"#, false), Verdict("a!=5", #""a":[1,2,3]"#, true),
        Verdict("a==2..4", #""a":[1,3]"#, true), Verdict("a==true", #""a":[1,true]"#, true),
        Verdict("a>0", #""a":[1,2,3]"#, false), Verdict(#"a~="b""#, #""a":["b"]"#, false),
        Verdict("a==1", #""a":[]"#, false), Verdict("a!=1", #""a":[]"#, true),
        Verdict("a==1", #""a":[[1]]"#, false), Verdict(#"a=="x,]y""#, #""a":["q\"[","x,]y"]"#, true),
        Verdict("a==2", #""a":{"type":"ListProperty","valueList":[1,2]}"#, true),
        Verdict("a!=2", #""a":{"type":"ListProperty","valueList":[1,2]}"#, false),
        Verdict("a>=2", #""a":{"type":"ListProperty","valueList":[2]}"#, false),
    ]

    @Test(.clause("4.9"), arguments: arrays)
    func `an array equals what it includes`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    static let lists: [Verdict] = [
        Verdict(#"a=="black","red""#, #""a":"red""#, true), Verdict(#"a=="black", "red""#, #""a":"red""#, true),
        Verdict(#"a=="black","red""#, #""a":"blue""#, false), Verdict(#"a!="black","red""#, #""a":"blue""#, true),
        Verdict(#"a!="black","red""#, #""a":"red""#, false), Verdict(#"a=="red",7,true"#, #""a":7"#, true),
        Verdict(#"a=="red",7,true"#, #""a":true"#, true), Verdict(#"a=="red",7,true"#, #""a":false"#, false),
        Verdict(#"a=="black","red""#, #""a":["red","blue"]"#, true),
        Verdict(#"a!="black","red""#, #""a":["blue","green"]"#, true),
        Verdict("a==10..20", #""a":10"#, true), Verdict("a==10..20", #""a":20"#, true),
        Verdict("a==10..20", #""a":20.1"#, false), Verdict("a!=10..20", #""a":9"#, true),
        Verdict("a!=10..20", #""a":15"#, false), Verdict("a==-20..-10", #""a":-15"#, true),
        Verdict("a==1.5..2.5", #""a":2"#, true), Verdict("a==20..10", #""a":15"#, false),
        Verdict("a==10..20", #""a":"15""#, false), Verdict("a!=10..20", #""a":"15""#, true),
        Verdict("a==urn:x:1,urn:x:2", #""a":{"type":"Relationship","object":"urn:x:2"}"#, true),
    ]

    @Test(.clause("4.9"), arguments: lists)
    func `one value of a list is enough, and a range includes its ends`(verdict: Verdict) throws {
        try check(verdict, QueryWorld())
    }

    static let times: [Verdict] = [
        Verdict("temperature.observedAt>=2026-03-01T12:00:00Z", temperature, true),
        Verdict("temperature.observedAt>2026-03-01T12:00:00Z", temperature, false),
        Verdict("temperature.observedAt<2026-03-01T12:00:00.000001Z", temperature, true),
        Verdict("temperature.observedAt==2026-03-01T12:00:00.000Z", temperature, true),
        Verdict(#"temperature.observedAt=="2026-03-01T12:00:00.0Z""#, temperature, true),
        Verdict(#"temperature.observedAt>"2026-03-01T11:00:00Z""#, temperature, true),
        Verdict("temperature.observedAt==2026-03-01T00:00:00Z..2026-03-02T00:00:00Z", temperature, true),
        Verdict("temperature.observedAt!=2026-03-01T00:00:00Z..2026-03-02T00:00:00Z", temperature, false),
        Verdict("temperature.observedAt==7", temperature, false),
        Verdict("temperature.observedAt!=7", temperature, true),
        Verdict("temperature.observedAt~=2026", temperature, false),
        Verdict("a==2026-03-01T12:00:00Z", #""a":"2026-03-01T12:00:00.000Z""#, true),
        Verdict("a>2026-03-01T12:00:00Z", #""a":"2026-03-01T12:00:00.5Z""#, true),
        Verdict("a>2026-03-01T12:00:00,5Z", #""a":"2026-03-01T12:00:00.5Z""#, false),
        Verdict("a==2026-03-01T12:00:00,5Z,7", #""a":7"#, true),
        Verdict("a>2026-03-01T12:00:00Z", #""a":"2026-03-02""#, false),
        Verdict("a!=2026-03-01T12:00:00Z", #""a":"2026-03-02""#, true),
        Verdict("a>2026-03-01T12:00:00Z", #""a":"later""#, false),
        Verdict("a>=2026-03-01", #""a":"2026-03-01""#, true), Verdict("a>2026-03-01", #""a":"2026-03-01""#, false),
        Verdict("a==2026-01-01..2026-12-31", #""a":"2026-03-01""#, true),
        Verdict("a>2026-03-01", #""a":"2026-03-02T00:00:00Z""#, false),
        Verdict("a>=08:30:00Z", #""a":"08:30:00.000Z""#, true), Verdict("a<08:30:00Z", #""a":"08:29:59.9Z""#, true),
        Verdict("a==08:00:00Z..09:00:00Z", #""a":"08:30:00Z""#, true),
        Verdict(
            "a==2026-03-01T12:00:00Z",
            #""a":{"type":"Property","value":{"@type":"DateTime","@value":"2026-03-01T12:00:00Z"}}"#, true),
        Verdict("createdAt>=2026-01-01T00:00:00Z", temperature, true),
        Verdict("createdAt>2026-01-01T00:00:00Z", temperature, false),
        Verdict("modifiedAt==2026-02-01T00:00:00Z", temperature, true),
        Verdict("modifiedAt<2026-02-01T00:00:00Z", temperature, false),
        Verdict("expiresAt", temperature, false),
        Verdict("expiresAt<2030-01-01T00:00:00Z", #""expiresAt":"2029-01-01T00:00:00Z","a":1"#, true),
        Verdict("temperature.createdAt==2026-02-01T00:00:00Z", temperature, true),
        Verdict("temperature.modifiedAt<=2026-02-01T00:00:00Z", temperature, true),
        Verdict(
            "a.expiresAt>2028-01-01T00:00:00Z",
            #""a":{"type":"Property","value":1,"expiresAt":"2029-01-01T00:00:00Z"}"#, true),
    ]

    @Test(.clause("4.9"), arguments: times)
    func `dates and times are compared as points in time`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    static let members: [Verdict] = [
        Verdict(#"temperature.unitCode=="CEL""#, temperature, true),
        Verdict(#"temperature.unitCode!="CEL""#, temperature, false),
        Verdict(#"temperature.unitCode~="^C""#, temperature, true),
        Verdict("temperature.accuracy==0.5", temperature, true),
        Verdict("temperature.accuracy>0.5", temperature, false),
        Verdict(#"temperature.accuracy.since=="2020""#, temperature, true),
        Verdict(#"temperature.measuredBy=="urn:ngsi-ld:Sensor:7""#, temperature, true),
        Verdict(#"a.datasetId=="urn:d:2""#, two, true), Verdict(#"a.datasetId=="urn:d:3""#, two, false),
        Verdict(
            #"r.objectType=="Device""#, #""r":{"type":"Relationship","object":"urn:x:1","objectType":"Device"}"#, false),
        Verdict(
            #"r.objectType==ngsi-ld:default-context/Device"#,
            #""r":{"type":"Relationship","object":"urn:x:1","objectType":"Device"}"#, false),
        Verdict("r.objectType", #""r":{"type":"Relationship","object":"urn:x:1","objectType":"Device","b":1}"#, true),
        Verdict(
            #"r.objectType=="https://uri.etsi.org/ngsi-ld/default-context/Device""#,
            #""r":{"type":"Relationship","object":"urn:x:1","objectType":["Other","Device"],"b":1}"#, true),
    ]

    @Test(.clause("4.9"), arguments: members)
    func `sub-attributes and plain members are reached by dots`(verdict: Verdict) throws {
        try check(verdict, QueryWorld())
    }

    private static let two =
        #""a":[{"type":"Property","value":1},{"type":"Property","value":50,"datasetId":"urn:d:2","s":{"type":"Property","value":9}}]"#

    static let instances: [Verdict] = [
        Verdict("a==1", two, true), Verdict("a==50", two, true), Verdict("a>49", two, true),
        Verdict("a>50", two, false),
        Verdict("a!=1", two, true), Verdict("a!=1,50", two, false), Verdict("a.s==9", two, true),
        Verdict("a.s==1", two, false), Verdict("a==1;a==50", two, true),
    ]

    @Test(arguments: instances)
    func `one instance of an attribute is enough`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    private static let address =
        #""address":{"type":"Property","value":{"city":"Berlin","geo":{"lat":52.5,"tags":["a","b"]},"a\"b":1,"no":null,"ok":true}}"#

    static let compounds: [Verdict] = [
        Verdict(#"address[city]=="Berlin""#, address, true), Verdict(#"address[city]!="Berlin""#, address, false),
        Verdict(#"address[city]~=^Ber"#, address, true), Verdict("address[geo.lat]>52", address, true),
        Verdict("address[geo.lat]==52.5", address, true), Verdict(#"address[geo.tags]=="b""#, address, true),
        Verdict("address[ok]==true", address, true), Verdict("address[city]", address, true),
        Verdict("address[street]", address, false), Verdict(#"address[street]!="x""#, address, false),
        Verdict("address[geo.lon]", address, false), Verdict("address[city.x]", address, false),
        Verdict("address[no]", address, true), Verdict("address[no]==0", address, false),
        Verdict(#"address[a"b]==1"#, address, true), Verdict("!address[street]", address, true),
        Verdict("address.x[city]", address, false),
        Verdict(
            "s.raw[air.pm]==40",
            #""s":{"type":"Property","value":1,"raw":{"type":"Property","value":{"air":{"pm":40}}}}"#, true),
        Verdict(#"t[value]=="late""#, #""t":{"type":"JsonProperty","json":{"id":"x","value":"late"}}"#, true),
        Verdict("a[b]", #""a":5"#, false), Verdict("a[b]", #""a":[{"b":1}]"#, false),
        Verdict(#"location[type]=="Point""#, #""location":{"type":"Point","coordinates":[1,2]}"#, true),
        Verdict("r[x]", #""r":{"type":"Relationship","object":"urn:x:1"}"#, false),
    ]

    @Test(.clause("4.9"), arguments: compounds)
    func `brackets look into compound values`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    private static let colour =
        #""c":{"type":"LanguageProperty","languageMap":{"fr":"rouge","en":"red","de":["rot","roter"],"pt-BR":"vermelho"}}"#

    static let languages: [Verdict] = [
        Verdict(#"c[en]=="red""#, colour, true), Verdict(#"c[fr]=="red""#, colour, false),
        Verdict(#"c[EN]=="red""#, colour, true), Verdict(#"c[pt-br]=="vermelho""#, colour, true),
        Verdict(#"c[*]=="rouge""#, colour, true), Verdict(#"c=="rouge""#, colour, true),
        Verdict(#"c=="rosso""#, colour, false), Verdict(#"c[de]=="roter""#, colour, true),
        Verdict(#"c[en]!="red""#, colour, false), Verdict(#"c[fr]!="red""#, colour, true),
        Verdict(#"c[it]!="red""#, colour, false), Verdict(#"c[*]!="red""#, colour, false),
        Verdict(#"c[*]!="rosso""#, colour, true), Verdict(#"c!="red""#, colour, false),
        Verdict(#"c[en]~="^r.d$""#, colour, true), Verdict(#"c~="rot""#, colour, true),
        Verdict(#"c[en]!~="^b""#, colour, true), Verdict(#"c[en]>"r""#, colour, true),
        Verdict("c[en]", colour, true), Verdict("c[it]", colour, false), Verdict("c[en.x]", colour, false),
        Verdict("c==1", colour, false), Verdict("c!=1", colour, true),
    ]

    @Test(.clause("4.9"), arguments: languages)
    func `a language is chosen in brackets`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    private static let parked = #""p":{"type":"Relationship","object":"urn:ngsi-ld:P:1"}"#
    private static let several = #""p":{"type":"Relationship","object":["urn:ngsi-ld:P:1","urn:ngsi-ld:P:2"]}"#
    private static let ordered =
        #""p":{"type":"ListRelationship","objectList":[{"object":"urn:ngsi-ld:P:1"},{"object":"urn:ngsi-ld:P:2"}]}"#

    static let relationships: [Verdict] = [
        Verdict(#"p=="urn:ngsi-ld:P:1""#, parked, true), Verdict("p==urn:ngsi-ld:P:1", parked, true),
        Verdict("p==urn:ngsi-ld:P:2", parked, false), Verdict("p!=urn:ngsi-ld:P:2", parked, true),
        Verdict("p!=urn:ngsi-ld:P:1", parked, false), Verdict("p==urn:ngsi-ld:P:2", several, true),
        Verdict("p!=urn:ngsi-ld:P:2", several, false), Verdict("p!=urn:ngsi-ld:P:3", several, true),
        Verdict("p==urn:ngsi-ld:P:2", ordered, true), Verdict("p!=urn:ngsi-ld:P:2", ordered, false),
        Verdict("p!=urn:ngsi-ld:P:3", ordered, true), Verdict("p==urn:ngsi-ld:P:3", ordered, false),
        Verdict(#"p~="urn""#, parked, false), Verdict(#"p!~="x""#, parked, false), Verdict(#"p>"a""#, parked, false),
        Verdict(#"p<"z""#, ordered, false), Verdict("p==1", parked, false), Verdict("p!=1", parked, true),
    ]

    @Test(.clause("4.9"), arguments: relationships)
    func `relationships are compared by their objects, and only for equality`(verdict: Verdict) throws {
        try check(verdict, QueryWorld())
    }

    private static let male = #""gender":{"type":"VocabProperty","vocab":"Male"}"#
    private static let both = #""gender":{"type":"VocabProperty","vocab":["Male","Female"]}"#

    static let vocabularies: [Verdict] = [
        // A term that is not to be expanded is a text, which no IRI is.
        Verdict("a==Mercedes", #""a":"Mercedes""#, true), Verdict("a!=Mercedes", #""a":"Saab""#, true),
        Verdict("a==commercial", #""a":{"vocab":"commercial"}"#, false),
        Verdict("gender==Male", male, true), Verdict(#"gender=="Male""#, male, true),
        Verdict("gender==Female", male, false), Verdict("gender!=Female", male, true),
        Verdict("gender!=Male", male, false),
        Verdict("gender==Female", both, true), Verdict("gender!=Female", both, false),
        Verdict("gender==Female,Male", male, true), Verdict("gender==Unheard", both, false),
        Verdict("gender!=Unheard", both, true), Verdict("gender==https://example.org/Male", male, true),
        Verdict("gender~=Male", male, false), Verdict(#"gender>"A""#, male, false),
    ]

    @Test(.clause("4.9"), arguments: vocabularies)
    func `values of a VocabProperty are expanded where asked`(verdict: Verdict) throws {
        let world = try QueryWorld(
            context:
                #"{"Male":"https://example.org/Male","Female":"https://example.org/Female","gender":"https://example.org/gender"}"#
        )
        try check(verdict, world, expandValues: ["gender"])
    }

    @Test func `without expandValues a VocabProperty is compared with IRIs`() throws {
        let world = try QueryWorld(context: #"{"Male":"https://example.org/Male"}"#)
        let entity = try world.thing(Self.male)
        #expect(try world.selects("gender==https://example.org/Male", entity))
        #expect(try world.selects(#"gender=="https://example.org/Male""#, entity))
        #expect(try !world.selects(#"gender=="Male""#, entity))
    }

    static let patterns: [Verdict] = [
        Verdict("a~=^Mer", #""a":"Mercedes""#, true), Verdict(#"a~="^Mer""#, #""a":"Mercedes""#, true),
        Verdict("a~=cede", #""a":"Mercedes""#, true), Verdict("a~=^cede", #""a":"Mercedes""#, false),
        Verdict("a!~=^Mer", #""a":"Mercedes""#, false), Verdict("a!~=^BMW", #""a":"Mercedes""#, true),
        Verdict("b!~=x", #""a":"Mercedes""#, false), Verdict("a~=1", #""a":1"#, false),
        Verdict("a!~=1", #""a":1"#, false),
        Verdict("a~=(BMW|Mercedes);b==1", #""a":"BMW","b":1"#, true),
        Verdict("(a~=(x|y)|b==1)", #""a":"z","b":1"#, true),
        Verdict("a~=x|a~=z", #""a":"z""#, true), Verdict("a~=[;|)(]$;b==1", #""a":"q)","b":1"#, true),
        Verdict(#"a~="x|z;""#, #""a":"x""#, true), Verdict(#"a~="\"q\"""#, #""a":"say \"q\"""#, true),
        Verdict(#"a~="^\d{2}$""#, #""a":"42""#, true), Verdict(#"a~=^\d{2}$"#, #""a":"4x""#, false),
        Verdict(#"a~="^.$""#, #""a":"é""#, true), Verdict(#"a~="^😀$""#, #""a":"\ud83d\ude00""#, true),
        Verdict("(a~=Mer)", #""a":"Mercedes""#, true), Verdict("a~=[]|]|b", #""a":"|""#, true),
    ]

    @Test(.clause("4.9"), arguments: patterns)
    func `patterns are found anywhere in a text`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    static let logic: [Verdict] = [
        Verdict("a==1;b==2", #""a":1,"b":2"#, true), Verdict("a==1;b==3", #""a":1,"b":2"#, false),
        Verdict("a==9|b==2", #""a":1,"b":2"#, true), Verdict("a==9|b==3", #""a":1,"b":2"#, false),
        Verdict("a==1|b==9;c==9", #""a":1,"b":2"#, true), Verdict("(a==1|b==9);c==9", #""a":1,"b":2"#, false),
        Verdict("c==9;b==9|a==1", #""a":1,"b":2"#, true), Verdict("c==9;(b==9|a==1)", #""a":1,"b":2"#, false),
        Verdict("((a>50|b>1);a==1)", #""a":1,"b":2"#, true), Verdict("(a>=1;a<=2)|c<=10", #""a":1"#, true),
        Verdict("a==9|(b==2;(c|a==1))", #""a":1,"b":2"#, true), Verdict("(((((a)))))", #""a":1"#, true),
        Verdict("( a==1 ; b==2 ) | c", #""a":1,"b":2"#, true), Verdict("!a|!c", #""a":1"#, true),
        Verdict("!a|!b", #""a":1,"b":1"#, false),
        Verdict(#"speed>50;brandName!="Mercedes""#, #""speed":80,"brandName":"Saab""#, true),
    ]

    @Test(.clause("4.9"), arguments: logic)
    func `and binds closer than or`(verdict: Verdict) throws { try check(verdict, QueryWorld()) }

    @Test func `scopes can be asked for like values`() throws {
        let world = try QueryWorld()
        let entity = try world.thing(#""scope":["/A/B","/C"],"a":1"#)
        #expect(try world.selects(#"scope=="/C""#, entity))
        #expect(try world.selects("scope", entity))
        #expect(try !world.selects(#"scope!="/C""#, entity))
        #expect(try world.selects(#"scope~="^/A""#, entity))
        #expect(try !world.selects("scope", world.thing(#""a":1"#)))
    }

    @Test func `names in other scripts and with prefixes are attributes`() throws {
        let world = try QueryWorld(context: #"{"ex":"https://example.org/"}"#)
        let entity = try world.thing(#""température":1,"温度":2,"ex:speed":3,"https://example.org/wind":4"#)
        #expect(try world.selects("température==1;温度==2;ex:speed==3;ex:wind==4", entity))
    }

    static let bounds: [(q: String, required: String, bounds: [String])] = [
        ("a>5", "a", ["a 5.000000000000001 inf"]), ("a>=5;b<=2.5", "a b", ["a 5.0 inf", "b -inf 2.5"]),
        ("a==1..3", "a", ["a 1.0 3.0"]), ("a==7", "a", ["a 7.0 7.0"]), ("a!=7", "a", []), ("a", "a", []),
        ("!a", "", []),
        ("a==1,2", "a", []), (#"a=="x""#, "a", []), ("a>1|b>1", "", []),
        ("(a>1|b>1);c>1", "c", ["c 1.0000000000000002 inf"]),
        ("a.b>1", "a", []), ("a[b]>1", "a", []),
        ("a>1;a<9;c~=x", "a c", ["a 1.0000000000000002 inf", "a -inf 8.999999999999998"]),
        ("createdAt>2026-01-01T00:00:00Z", "", []), ("((a>=1;b);(c|d))", "a b", ["a 1.0 inf"]),
    ]

    @Test(arguments: bounds)
    func `an index learns what every selected entity has`(q: String, required: String, bounds: [String]) throws {
        let world = try QueryWorld()
        for name in ["a", "b", "c", "d"] { _ = try world.context.term(name) }
        let query = try QueryExpression(parsing: q, context: world.context)
        #expect(query.requiredAttributes.map { world.context.name($0) }.joined(separator: " ") == required)
        #expect(query.numericBounds.map { "\(world.context.name($0.attribute)) \($0.low) \($0.high)" } == bounds)
    }

    @Test func `questions do not make the vocabulary grow, kept ones do`() throws {
        let world = try QueryWorld()
        let entity = try world.thing(#""a":1"#)
        #expect(try !world.selects("never==1", entity))
        #expect(world.context.knownTerm("never") == nil)
        let kept = try QueryExpression(parsing: "never==1", context: world.context, lifetime: .standing)
        #expect(try kept.matches(world.thing(#""never":1"#)))
    }

    @Test func `a kept question finds terms that come later`() throws {
        let world = try QueryWorld(context: #"{"@vocab":"https://example.org/"}"#)
        let kept = try QueryExpression(
            parsing: "state==open", context: world.context, expandValues: ["state"], lifetime: .standing)
        #expect(try kept.matches(world.thing(#""state":{"type":"VocabProperty","vocab":"open"}"#)))
        #expect(try !kept.matches(world.thing(#""state":{"type":"VocabProperty","vocab":"shut"}"#)))
    }
}
