import Testing

@testable import AirQuality

struct IndexCategoryTests {
    @Test func `every edition has bands in order, with names, colours and advice in both languages`() {
        for edition in AirQualityIndexEdition.all {
            #expect(edition.categories.map(\.upTo) == edition.categories.map(\.upTo).sorted())
            #expect(edition.categories.map(\.severity) == edition.categories.map(\.severity).sorted())
            for category in edition.categories {
                #expect(category.colour.count == 7 && category.colour.first == "#")
                #expect(!category.name.isEmpty && !category.frenchName.isEmpty)
                let (english, french) = (category.advice(.english), category.advice(.french))
                #expect(!english.everybody.isEmpty && !english.sensitive.isEmpty)
                #expect(french.everybody != english.everybody && french.sensitive != english.sensitive)
            }
        }
    }

    @Test(arguments: [
        ("US-AQI-2024", 50, "Good"), ("US-AQI-2024", 51, "Moderate"), ("US-AQI-2024", 100, "Moderate"),
        ("US-AQI-2024", 101, "Unhealthy for Sensitive Groups"), ("US-AQI-2024", 200, "Unhealthy"),
        ("US-AQI-2024", 300, "Very Unhealthy"), ("US-AQI-2024", 301, "Hazardous"), ("US-AQI-2024", 740, "Hazardous"),
        ("CN-AQI-2026", 100, "Good"), ("CN-AQI-2026", 101, "Lightly polluted"),
        ("CN-AQI-2012", 301, "Severely polluted"),
        ("UK-DAQI-2013", 3, "Low"), ("UK-DAQI-2013", 4, "Moderate"), ("UK-DAQI-2013", 7, "High"),
        ("UK-DAQI-2013", 10, "Very High"), ("IN-NAQI-2014", 100, "Satisfactory"),
        ("IN-NAQI-2014", 200, "Moderately polluted"),
        ("IN-NAQI-2014", 401, "Severe"), ("EAQI-2024", 6, "Extremely poor"), ("EAQI-2017", 5, "Very poor"),
    ])
    func `a value is in the band that the index prints`(id: String, value: Int, name: String) throws {
        #expect(try #require(AirQualityIndexEdition.named(id)).category(of: value)?.name == name)
    }

    @Test func `editions are known by their names and dates`() {
        #expect(Set(AirQualityIndexEdition.all.map(\.id)).count == AirQualityIndexEdition.all.count)
        let inForce = AirQualityIndexEdition.inForce.map { $0.index.rawValue }.sorted()
        #expect(inForce == AirQualityIndex.allCases.map { $0.rawValue }.sorted())
        for index in AirQualityIndex.allCases { #expect(AirQualityIndexEdition.inForce(index).index == index) }
        #expect(AirQualityIndexEdition.named("US-AQI-1999") == nil)
    }
}
