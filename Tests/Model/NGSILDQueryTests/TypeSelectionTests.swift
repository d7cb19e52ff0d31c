import ClauseTrait
import NGSILDModel
import NGSILDQuery
import Testing

// CIM 009 clause 4.17
@Suite struct TypeSelectionTests {
    private let world: QueryWorld
    private let numbers: [String: TermID]

    init() throws {
        world = try QueryWorld()
        var numbers: [String: TermID] = [:]
        for name in ["Home", "Vehicle", "Motorhome", "Boat"] { numbers[name] = try world.context.term(name) }
        self.numbers = numbers
    }

    private func terms(_ names: String) -> [TermID] { names.split(separator: " ").compactMap { numbers[String($0)] } }

    static let verdicts: [(selection: String, types: String, isSelected: Bool)] = [
        ("Home", "Home", true), ("Home", "Vehicle Home", true), ("Home", "Vehicle", false),
        ("Home|Boat", "Boat", true), ("Home,Boat", "Boat", true), ("Home,Boat", "Vehicle", false),
        ("(Home;Vehicle)", "Home Vehicle", true), ("(Home;Vehicle)", "Home", false),
        ("(Home;Vehicle)|Motorhome", "Motorhome", true), ("(Home;Vehicle),Motorhome", "Home Vehicle", true),
        ("(Home;Vehicle),Motorhome", "Vehicle", false), ("Home;Vehicle", "Home Vehicle", true),
        ("(Home|Boat);Vehicle", "Boat Vehicle", true), ("(Home|Boat);Vehicle", "Boat Home", false),
        ("((Home,Boat);Vehicle)|Motorhome", "Motorhome", true), ("(Home)", "Home", true),
        ("*", "Boat", true), ("*;Home", "Boat", false), ("Home|*", "Boat", true), (" Home , Boat ", "Boat", true),
        ("Unheard", "Boat", false), ("Unheard|Boat", "Boat", true), ("(Unheard;Boat)", "Boat", false),
        ("https://uri.etsi.org/ngsi-ld/default-context/Home", "Home", true),
    ]

    @Test(.clause("4.17"), arguments: verdicts)
    func `types are selected`(selection: String, types: String, isSelected: Bool) throws {
        let parsed = try TypeSelection(parsing: selection, context: world.context)
        #expect(parsed.matches(terms(types)) == isSelected)
    }

    static let alternatives: [(selection: String, types: String?)] = [
        ("Home", "Home"), ("Home,Boat,Home", "Home Boat"), ("(Home;Vehicle)", "Home"), ("*", nil), ("Home|*", nil),
        ("*;Home", "Home"), ("(Home|Boat);Vehicle", "Vehicle"), ("(Home;Vehicle)|Motorhome", "Home Motorhome"),
        ("Unheard", ""), ("Unheard,Boat", "Boat"), ("(Unheard;Boat)", ""),
    ]

    @Test(arguments: alternatives)
    func `an index learns which types to look under`(selection: String, types: String?) throws {
        let parsed = try TypeSelection(parsing: selection, context: world.context)
        #expect(parsed.alternatives == types.map(terms))
    }

    @Test func `questions do not make the vocabulary grow, kept ones do`() throws {
        _ = try TypeSelection(parsing: "Tram", context: world.context)
        #expect(world.context.knownTerm("Tram") == nil)
        let kept = try TypeSelection(parsing: "Tram", context: world.context, lifetime: .standing)
        #expect(kept.matches([try world.context.term("Tram")]))
    }

    static let refused: [(selection: String, says: String)] = [
        ("", "Parameter type is empty"), ("Home,", "at character 6"), (",Home", "at character 1"),
        ("(Home", "never closed"), ("Home)", "closes nothing"), ("Home Boat", "at character 6"),
        ("()", "at character 2"),
        ("Home||Boat", "at character 6"), ("(Home;)", "at character 7"), ("\"Home\"", "at character 1"),
    ]

    @Test(.clause("4.17"), arguments: refused)
    func `mistakes are named`(selection: String, says: String) throws {
        let error = failure { () throws(NGSILDError) in
            _ = try TypeSelection(parsing: selection, context: world.context)
        }
        #expect(error?.isBadRequestData == true)
        #expect(error?.detail.contains(says) == true, "\(error?.detail ?? "accepted")")
    }

    @Test func `a product of sums stays small`() throws {
        let sums = (0..<60).map { "(A\($0)|B\($0))" }.joined(separator: ";")
        let parsed = try TypeSelection(parsing: sums, context: world.context)
        #expect(parsed.alternatives == [])
        let tooMany = (0..<257).map { "A\($0)" }.joined(separator: ",")
        #expect(
            failure { () throws(NGSILDError) in
                _ = try TypeSelection(parsing: tooMany, context: world.context)
            }?.isTooComplexQuery == true)
    }
}
