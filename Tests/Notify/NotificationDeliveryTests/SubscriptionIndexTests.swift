import NGSILDModel
import NGSILDOperations
import Testing

@testable import NotificationDelivery

/// Numbers that come out the same for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The index against a plain loop over all subscriptions.
struct SubscriptionIndexTests {
    private static let types = ["A", "B", "C"]
    private static let names = ["n", "t", "p", "r"]

    private func pick(_ choices: [String], _ numbers: inout SeededNumbers) -> String {
        choices[Int(numbers.next() % UInt64(choices.count))]
    }

    private func selector(_ numbers: inout SeededNumbers) -> String {
        let type = pick(["A", "B", "C", "A|B", "A;B", "(A;B)|C", "*", "A,C", "D"], &numbers)
        let id = pick(
            [
                "", "", "", #","id":"urn:e:1""#, #","id":["urn:e:1","urn:e:12"]"#, #","idPattern":"^urn:e:1""#,
                #","idPattern":"^urn:e:1+$""#, #","idPattern":"2$""#, #","idPattern":"^urn:e:(1|2)""#,
                #","idPattern":"^urn:e:3?1""#, #","idPattern":"^urn\\:e\\:2""#,
                #","id":"urn:e:2","idPattern":"^urn:e:1""#,
            ], &numbers)
        return #"{"type":"\#(type)"\#(id)}"#
    }

    private func subscription(_ number: Int, _ vocabulary: Vocabulary, _ numbers: inout SeededNumbers) throws
        -> Subscription
    {
        var members: [String] = []
        var isPeriodic = false
        if numbers.next() % 8 > 0 {
            let count = 1 + numbers.next() % 2
            members.append(#""entities":[\#((0..<count).map { _ in selector(&numbers) }.joined(separator: ","))]"#)
            isPeriodic = numbers.next() % 16 == 0
        }
        if isPeriodic {
            members.append(#""timeInterval":5"#)
        } else if members.isEmpty || numbers.next() % 2 == 0 {
            members.append(#""watchedAttributes":["\#(pick(Self.names, &numbers))","\#(pick(Self.names, &numbers))"]"#)
        }
        let q = pick(
            [
                "", "", "n>3", "n<2", "n==2..4", "n!=3", #"t=="x""#, #"t=="x"|n>2"#, #"t=="y";n>=1"#, "r==urn:x:1",
                #"n==3|t=="x""#, "!n", #"t~="^x""#, "n", #"t.s=="x""#, #"t[k]=="x""#,
            ], &numbers)
        if !q.isEmpty { members.append(#""q":"\#(q.replacing("\"", with: "\\\""))""#) }
        if numbers.next() % 4 == 0 {
            let georel = pick(["near;maxDistance==100000", "near;minDistance==100000", "within", "disjoint"], &numbers)
            let geometry =
                georel.hasPrefix("near")
                ? #""geometry":"Point","coordinates":[\#(numbers.next() % 5),0]"#
                : #""geometry":"Polygon","coordinates":[[[0,-1],[3,-1],[3,1],[0,1],[0,-1]]]"#
            members.append(#""geoQ":{"georel":"\#(georel)",\#(geometry),"geoproperty":"p"}"#)
        }
        if numbers.next() % 3 == 0 {
            let trigger = pick(
                [
                    "entityCreated", "entityDeleted", "entityUpdated", "attributeCreated", "attributeUpdated",
                    "attributeDeleted",
                ], &numbers)
            members.append(#""notificationTrigger":["\#(trigger)"]"#)
        }
        members.append(SubscriptionMatchingTests.endpoint)
        return try vocabulary.subscription("{\(members.joined(separator: ","))}", id: "urn:s:\(number)")
    }

    private func entity(_ id: String, _ vocabulary: Vocabulary, _ numbers: inout SeededNumbers) throws -> EntityRecord {
        let types = Set((0...numbers.next() % 2).map { _ in pick(Self.types, &numbers) }).sorted()
        var members = [#""id":"\#(id)","type":["\#(types.joined(separator: #"",""#))"]"#]
        if numbers.next() % 4 > 0 {
            let value = pick(["1", "2", "3", "4", "[1,3]", #""3""#, "true", #"{"@value":4}"#], &numbers)
            members.append(#""n":{"type":"Property","value":\#(value)}"#)
        }
        if numbers.next() % 4 > 0 {
            let text = pick(
                [
                    #"{"type":"Property","value":"x"}"#, #"{"type":"Property","value":["x","y"]}"#,
                    #"{"type":"LanguageProperty","languageMap":{"en":"x","de":"y"}}"#,
                    #"{"type":"Property","value":7}"#,
                    #"[{"type":"Property","value":"y"},{"type":"Property","value":"x","datasetId":"urn:d:1"}]"#,
                    #"{"type":"Property","value":"z","s":{"type":"Property","value":"x"}}"#,
                    #"{"type":"Property","value":{"k":"x"}}"#, #"{"type":"VocabProperty","vocab":"x"}"#,
                ], &numbers)
            members.append(#""t":\#(text)"#)
        }
        if numbers.next() % 2 == 0 {
            let place = pick(
                [
                    #"{"type":"Point","coordinates":[1,0]}"#, #"{"type":"Point","coordinates":[4,0.5]}"#,
                    #"{"type":"LineString","coordinates":[[0,0],[2,0]]}"#,
                ], &numbers)
            members.append(#""p":{"type":"GeoProperty","value":\#(place)}"#)
        }
        if numbers.next() % 2 == 0 {
            let object = pick([#""urn:x:1""#, #""urn:x:2""#, #"["urn:x:1","urn:x:2"]"#], &numbers)
            members.append(#""r":{"type":"Relationship","object":\#(object)}"#)
        }
        return try vocabulary.entity("{\(members.joined(separator: ","))}")
    }

    private func change(_ number: Int, _ vocabulary: Vocabulary, _ numbers: inout SeededNumbers) throws -> EntityChange
    {
        let id = "urn:e:\(1 + numbers.next() % 22)"
        let kind: EntityChange.Kind = [.created, .updated, .updated, .deleted][Int(numbers.next() % 4)]
        let before = kind == .created ? nil : try entity(id, vocabulary, &numbers)
        let after = kind == .deleted ? nil : try entity(id, vocabulary, &numbers)
        let names = Set((before?.attributes.names ?? []) + (after?.attributes.names ?? []))
        return EntityChange(
            sequence: UInt64(number), at: Timestamp(microseconds: 2_000_000), tenant: "", kind: kind, before: before,
            after: after,
            attributes: names.sorted().filter { _ in numbers.next() % 3 > 0 }.map { name in
                AttributeChange(
                    name: name,
                    kind: before?.attributes.contains(name) != true
                        ? .created : after?.attributes.contains(name) == true ? .modified : .deleted)
            })
    }

    @Test(arguments: 1...12)
    func `it finds the subscriptions that a loop over all of them finds`(seed: Int) throws {
        let vocabulary = try Vocabulary()
        var numbers = SeededNumbers(UInt64(seed))
        var index = SubscriptionIndex()
        var all: [Subscription] = []
        for number in 0..<400 {
            let subscription = try subscription(number, vocabulary, &numbers)
            index.insert(subscription)
            all.append(subscription)
        }
        var total = 0
        for round in 0..<2 {
            for number in 1...60 {
                let change = try change(number, vocabulary, &numbers)
                let expected = all.filter { $0.matches(change) }.map(\.id).sorted()
                #expect(index.matches(change).map(\.id).sorted() == expected)
                total += expected.count
            }
            guard round == 0 else { break }
            // Half of them go.
            for subscription in all where subscription.id.utf8.last.map({ $0 % 2 == 0 }) == true {
                index.remove(subscription)
            }
            all.removeAll { $0.id.utf8.last.map { $0 % 2 == 0 } == true }
        }
        #expect(total > 500)
        for subscription in all { index.remove(subscription) }
        #expect(index.isEmpty)
    }

    private static let endpoint = SubscriptionMatchingTests.endpoint

    /// How subscriptions of one kind differ from each other.
    static let shapes: [(name: String, members: @Sendable (Int) -> String)] = [
        ("type", { #""entities":[{"type":"T\#($0)"}]"# }),
        ("id", { #""entities":[{"type":"T","id":"urn:e:\#($0)"}]"# }),
        ("idPattern", { #""entities":[{"type":"T","idPattern":"^urn:e:\#($0)$"}]"# }),
        ("watched attribute", { #""entities":[{"type":"T"}],"watchedAttributes":["a\#($0)"]"# }),
        ("text in q", { #""entities":[{"type":"T"}],"q":"name==\"\#($0)\"""# }),
        ("Relationship in q", { #""entities":[{"type":"T"}],"q":"owner==urn:o:\#($0)""# }),
        ("range in q", { #""entities":[{"type":"T"}],"q":"level==\#($0).1..\#($0).9""# }),
        (
            "place",
            {
                #""entities":[{"type":"T"}],"geoQ":{"georel":"near;maxDistance==100","geometry":"Point","coordinates":[\#(Double($0) / 100),1]}"#
            }
        ),
    ]

    @Test(arguments: shapes.indices)
    func `of ten thousand subscriptions of a usual shape few are looked at`(shape: Int) throws {
        let vocabulary = try Vocabulary()
        var index = SubscriptionIndex()
        for number in 0..<10_000 {
            index.insert(
                try vocabulary.subscription(
                    "{\(Self.shapes[shape].members(number)),\(Self.endpoint)}", id: "urn:s:\(number)"))
        }
        let entity = try vocabulary.entity(
            """
            {"id":"urn:e:4242","type":["T","T4242"],"a4242":{"type":"Property","value":1},
            "name":{"type":"Property","value":"4242"},"owner":{"type":"Relationship","object":"urn:o:4242"},
            "level":{"type":"Property","value":4242.5},
            "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[42.42,1]}}}
            """)
        let change = try vocabulary.change(
            .created, entity, ["a4242": .created, "name": .created, "level": .created, "location": .created])
        #expect(index.matches(change).map(\.id) == ["urn:s:4242"])
        var candidates = 0
        index.visitCandidates(change) { _ in candidates += 1 }
        #expect(candidates <= 340)
    }

    @Test(
        arguments: [
            ("^urn:e:1", "urn:e:1"), ("^urn:e:1$", "urn:e:1"), ("^urn\\.x", "urn.x"), ("^ab*", "a"), ("^ab+c", "a"),
            ("^a{2}", nil), ("^a|b", nil), ("a", nil), ("^[ab]", nil), ("^(?i)a", nil), ("^a\\d", "a"), ("^", nil),
            ("^aé", "a"), ("^a.b", "a"),
        ] as [(String, String?)])
    func `the beginning that a pattern asks for`(pattern: String, prefix: String?) {
        #expect(SubscriptionMark.literalPrefix(of: pattern) == prefix)
    }

    @Test(arguments: 1...8)
    func `intervals that meet another are found`(seed: Int) {
        final class Named: Sendable {
            let number: Int
            init(_ number: Int) { self.number = number }
        }
        var numbers = SeededNumbers(UInt64(seed))
        var table = IntervalTable<Named>()
        var all: [(element: Named, low: Double, high: Double)] = []
        func some() -> Double { Double(numbers.next() % 1_000) }
        for number in 0..<2_000 {
            let low = numbers.next() % 50 == 0 ? -Double.infinity : some()
            let high = numbers.next() % 50 == 0 ? Double.infinity : low.isFinite ? low + some() / 20 : some()
            all.append((Named(number), low, high))
            table.insert(all[number].element, from: low, to: high)
            if numbers.next() % 4 == 0 {
                let gone = all.remove(at: Int(numbers.next() % UInt64(all.count)))
                table.remove(gone.element, from: gone.low, to: gone.high)
                all.append((Named(10_000 + number), low, high))
                table.insert(all[all.count - 1].element, from: low, to: high)
            }
        }
        for _ in 0..<100 {
            let low = some()
            let high = low + some() / 100
            var found: [Int] = []
            table.visit(from: low, to: high) { found.append($0.number) }
            #expect(found.sorted() == all.filter { $0.low <= high && $0.high >= low }.map(\.element.number).sorted())
        }
        for entry in all { table.remove(entry.element, from: entry.low, to: entry.high) }
        #expect(table.isEmpty)
    }
}
