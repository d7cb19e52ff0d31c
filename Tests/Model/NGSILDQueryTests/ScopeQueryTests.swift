import ClauseTrait
import NGSILDModel
import NGSILDQuery
import Testing

// CIM 009 clause 4.19
@Suite struct ScopeQueryTests {
    static let verdicts: [(query: String, scopes: [String], isSelected: Bool)] = [
        ("/Madrid", ["/Madrid"], true), ("/Madrid", ["Madrid"], true), ("Madrid", ["/Madrid"], true),
        ("/Madrid", ["/Madrid/Gardens"], false), ("/Madrid", ["/madrid"], false), ("/Madrid", [], false),
        ("/Madrid/Gardens/#", ["/Madrid/Gardens"], true), ("/Madrid/Gardens/#", ["/Madrid/Gardens/Norte"], true),
        ("/Madrid/Gardens/#", ["/Madrid/Gardens/Norte/Parterre1"], true), ("/Madrid/Gardens/#", ["/Madrid"], false),
        ("/Madrid/Gardens/#", ["/Madrid/GardensX"], false),
        ("/Madrid/+/Norte", ["/Madrid/Gardens/Norte"], true), ("/Madrid/+/Norte", ["/Madrid/Sights/Norte"], true),
        ("/Madrid/+/Norte", ["/Madrid/Norte"], false), ("/Madrid/+/Norte", ["/Madrid/A/B/Norte"], false),
        ("/+", ["/Madrid"], true), ("/+", ["/Madrid/A"], false), ("/+/#", ["/Madrid/A"], true),
        ("/Madrid/+/#", ["/Madrid"], false), ("/Madrid/+/#", ["/Madrid/A/B"], true),
        ("/#", ["/X"], true), ("/#", ["X/Y"], true), ("/#", [], false), ("/#", [""], false),
        ("(/Madrid/Districts;/CompanyA)", ["/CompanyA", "/Madrid/Districts"], true),
        ("(/Madrid/Districts;/CompanyA)", ["/CompanyA"], false),
        ("(/Madrid/Districts;/CompanyA)|CompanyB", ["/CompanyB"], true),
        ("(/Madrid/Districts;/CompanyA),CompanyB", ["/CompanyB"], true),
        ("/A,/B", ["/B"], true), ("/A|/B", ["/C"], false), ("/A;/B", ["/A", "/B"], true),
        ("(/A/#;/B/#)", ["/A/1", "/B/2"], true), ("/A", ["/C", "/A"], true),
        ("/Köln/Süd_2", ["/Köln/Süd_2"], true), ("/Madrid", ["/MadridX"], false), ("/Madrid/#", ["/MadridX"], false),
        ("/Madrid", ["//Madrid"], true), ("/Madrid/A", ["/Madrid//A"], true), ("/Madrid", ["/Madrid/"], true),
        ("/Madrid/A/#", ["/Madrid/A//B"], true), ("/Madrid/A", ["/Madrid/A//"], true), ("/AB", ["/A/B"], false),
    ]

    @Test(.clause("4.19"), arguments: verdicts)
    func `scopes are selected`(query: String, scopes: [String], isSelected: Bool) throws {
        #expect(try ScopeQuery(parsing: query).matches(scopes) == isSelected)
    }

    static let refused: [(query: String, says: String)] = [
        ("", "empty"), ("/", "at character 2"), ("//A", "at character 2"), ("/A/", "at character 4"),
        ("/A//B", "at character 4"), ("/A/#/B", "# is the last level"), ("#", "# stands after a /"),
        ("/A+", "at character 3"), ("/1", "starts with a letter"), ("(/A", "never closed"), ("/A;", "at character 4"),
        ("/A B", "at character 4"),
    ]

    @Test(.clause("4.19"), arguments: refused)
    func `mistakes are named`(query: String, says: String) {
        let error = failure { () throws(NGSILDError) in _ = try ScopeQuery(parsing: query) }
        #expect(error?.isBadRequestData == true)
        #expect(error?.detail.contains(says) == true, "\(error?.detail ?? "accepted")")
    }
}
