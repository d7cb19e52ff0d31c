import NGSILDModel

/// What must be so for a publication to be understood by people and catalogues.
extension Publication {
    /// Codes of http://publications.europa.eu/resource/authority/frequency that cities need.
    static let frequencies = [
        "UPDATE_CONT", "CONT", "1MIN", "5MIN", "10MIN", "15MIN", "30MIN", "HOURLY", "DAILY", "WEEKLY", "MONTHLY",
        "QUARTERLY", "ANNUAL", "IRREG", "NEVER", "UNKNOWN",
    ]
    /// Codes of http://publications.europa.eu/resource/authority/data-theme.
    static let dataThemes = [
        "AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN",
    ]

    func check() throws(NGSILDError) {
        guard !title.isEmpty else { throw .badRequestData("A publication needs a title") }
        guard !description.isEmpty else {
            throw .badRequestData("A publication needs a description: what the data are, and where they come from")
        }
        guard AttributeName.isValid(type) else {
            throw .badRequestData("type is the name or IRI of one type of entities; \(type.prefix(80)) is none")
        }
        try checkAttributes()
        guard Self.isURL(licence) else {
            throw .badRequestData(
                "licence is the http(s) address of the licence, such as https://creativecommons.org/licenses/by/4.0/")
        }
        guard !publisher.name.isEmpty else { throw .badRequestData("publisher needs a name, such as City of Lille") }
        for (contact, name) in [(publisher, "publisher"), (contact, "contact")] {
            if let url = contact.url, !Self.isURL(url) {
                throw .badRequestData("\(name).url is an http(s) address; \(url.prefix(80)) is none")
            }
            if let email = contact.email, !Self.isEmail(email) {
                throw .badRequestData("\(name).email is an address such as data@city.example")
            }
        }
        guard Self.frequencies.contains(updateFrequency) else {
            throw .badRequestData("updateFrequency is one of \(Self.frequencies.joined(separator: ", "))")
        }
        if let strange = themes.first(where: { !Self.dataThemes.contains($0) }) {
            throw .badRequestData(
                "themes are of \(Self.dataThemes.joined(separator: ", ")); \(strange.prefix(40)) is not")
        }
        // CAP 1.2, clause 3.2.1: no spaces, commas, < and &.
        if let capSender {
            guard capSender.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
                !capSender.contains(where: { ",<&>\"".contains($0) })
            else {
                throw .badRequestData(
                    "capSender names who sends the alerts, without spaces, commas, < and &, such as alerts@city.example"
                )
            }
        }
    }

    private func checkAttributes() throws(NGSILDError) {
        guard !attributes.isEmpty else {
            throw .badRequestData("attributes names no attribute; name those that are published, nothing else is")
        }
        var columns: Set<String> = []
        for attribute in attributes {
            for name in [attribute.name] + attribute.subAttributes where !AttributeName.isValid(name) {
                throw .badRequestData("\(name.prefix(80)) in attributes is not the name of an attribute")
            }
            guard columns.insert(attribute.column).inserted, !["id", "type", "observedAt"].contains(attribute.column)
            else {
                throw .badRequestData(
                    "attributes gives two columns the name \(attribute.column.prefix(80)); leave one out")
            }
        }
        if let geometryProperty, !publishes(geometryProperty) {
            throw .badRequestData("geometryProperty is \(geometryProperty), which attributes does not name")
        }
        if let colourBy, !publishes(colourBy) {
            throw .badRequestData("colourBy is \(colourBy), which attributes does not name")
        }
        if area != nil, geometryProperty == nil {
            throw .badRequestData("area needs a geometry: publish the attribute location, or name a geometryProperty")
        }
    }

    private func publishes(_ name: String) -> Bool { attributes.contains { $0.name == name } }

    /// An absolute http(s) address of characters that need no escape in XML, Turtle and HTML attributes but `&`.
    static func isURL(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.count > 10 && EntityID.isValid(text)
            && !text.contains("'")
    }

    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && EntityID.isValid("mailto:" + text)
    }
}
