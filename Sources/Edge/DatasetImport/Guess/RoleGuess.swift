/// Tells what columns mean by their names and by what stands in them.
struct RoleGuess {
    var choices: TableChoices
    private(set) var warnings: [String]
    private let fileName: String
    private let profiles: [ColumnProfile]

    init(name: String, columns: [String], profiles: [ColumnProfile], warnings: [String]) {
        fileName = name
        self.profiles = profiles
        self.warnings = warnings
        choices = TableChoices(type: "", columns: columns.map { TableChoices.Column(name: $0, role: .ignore) })
    }

    /// - Parameters:
    ///   - decimalComma: Whether a comma may be a decimal sign, because it does not part the columns.
    ///   - decimal: The sign, where somebody said it.
    mutating func run(decimalComma: Bool, decimal: String? = nil) {
        let points = profiles.reduce(0) { $0 + $1.fractionsWithPoint }
        let commas = profiles.reduce(0) { $0 + $1.fractionsWithComma }
        choices.decimal = decimal ?? (decimalComma && commas > points ? "," : ".")
        choices.missing = profiles.reduce(into: Set<String>()) { $0.formUnion($1.marks) }.sorted()
        guessPersonal()
        guessPlace()
        guessTime()
        guessID()
        guessValues()
        guessType()
        guessMode()
        tellFormulas()
    }

    private func plain(_ index: Int) -> String { KnownColumns.plain(choices.columns[index].name) }

    private var open: [Int] {
        choices.columns.indices.filter { !taken.contains($0) && !choices.columns[$0].name.isEmpty }
    }
    private var taken: Set<Int> = []

    private mutating func set(_ index: Int, _ role: TableChoices.Role, attribute: String = "") {
        choices.columns[index].role = role
        choices.columns[index].attribute = attribute
        taken.insert(index)
    }

    private func isNumber(_ index: Int) -> Bool {
        profiles[index].isMostly(choices.decimal == "," ? profiles[index].commaNumbers : profiles[index].pointNumbers)
    }

    private mutating func guessPersonal() {
        for index in open where KnownColumns.personal.contains(plain(index)) {
            taken.insert(index)
            warnings.append(
                "Column \(choices.columns[index].name) seems to tell of persons, and is left out. Parvis is for the city, not for following people."
            )
        }
    }

    private mutating func guessPlace() {
        for index in open {
            let profile = profiles[index]
            guard profile.values > 0, profile.geometries == profile.values else { continue }
            let isNamed = KnownColumns.geometries.contains(plain(index))
            let isText = profile.samples.first?.first.map { $0.isLetter || $0 == "{" } ?? false
            guard isNamed || isText else { continue }
            let isFirst = !choices.columns.contains { $0.role == .geometry && $0.attribute == "location" }
            set(index, .geometry, attribute: isFirst ? "location" : KnownColumns.attribute(choices.columns[index].name))
        }
        guard !choices.columns.contains(where: { $0.role == .geometry }) else { return }
        let longitude =
            open.first { KnownColumns.longitudes.contains(plain($0)) && isNumber($0) }
            ?? open.first { plain($0) == "x" && fits($0, 180) }
        let latitude =
            open.first { KnownColumns.latitudes.contains(plain($0)) && isNumber($0) }
            ?? open.first { plain($0) == "y" && fits($0, 90) }
        guard let longitude, let latitude else { return }
        if !fits(longitude, 180) || !fits(latitude, 90) {
            warnings.append(
                fits(longitude, 90) && fits(latitude, 180)
                    ? "Longitude and latitude seem to be exchanged: check them on the map."
                    : "Positions lie outside the Earth's degrees: convert the file to WGS 84, or the rows go without a place."
            )
        }
        set(longitude, .longitude, attribute: "location")
        set(latitude, .latitude)
    }

    private func fits(_ index: Int, _ limit: Double) -> Bool {
        isNumber(index) && profiles[index].least >= -limit && profiles[index].most <= limit
    }

    private mutating func guessTime() {
        let formatted = open.filter { index in
            guard let format = profiles[index].timeFormat else { return false }
            // Eight digits may be anything; only a name makes a date of them.
            return !format.allSatisfy { $0.isLetter } || format == "iso8601"
                || KnownColumns.times.contains(plain(index))
        }
        if let index = formatted.first(where: { KnownColumns.times.contains(plain($0)) }) ?? formatted.first {
            choices.timeFormat = profiles[index].timeFormat ?? "iso8601"
            if profiles[index].isAmbiguousDate {
                warnings.append(
                    "In column \(choices.columns[index].name) day and month cannot be told apart; taken as day/month.")
            }
            return set(index, .time)
        }
        let seconds = open.first {
            KnownColumns.times.contains(plain($0)) && isNumber($0) && profiles[$0].least > 1e8
                && profiles[$0].most < 1e14
        }
        if let index = seconds {
            choices.timeFormat = profiles[index].most > 1e11 ? "unix-ms" : "unix"
            return set(index, .time)
        }
        func named(_ names: String...) -> Int? { open.first { names.contains(plain($0)) && isNumber($0) } }
        guard let year = named("year", "annee", "jahr"), let month = named("month", "mois", "monat"),
            let day = named("day", "jour", "tag")
        else { return }
        set(year, .year)
        set(month, .month)
        set(day, .day)
        if let hour = named("hour", "heure", "stunde") { set(hour, .hour) }
        if let minute = named("minute") { set(minute, .minute) }
    }

    private mutating func guessID() {
        let hasTime = choices.columns.contains { [.time, .year].contains($0.role) }
        func mayName(_ index: Int) -> Bool {
            let profile = profiles[index]
            return profile.values > 0 && profile.formulas == 0 && (profile.isUnique || hasTime)
                && profile.distinct.allSatisfy { $0.count <= 200 }
        }
        let numbering: Set = ["no", "nr", "number", "row", "index", "fid", "gid", "objectid"]
        let candidates = open.filter { KnownColumns.ids.contains(plain($0)) && mayName($0) }
        // A number of the row names no station where rows are moments.
        let fitting = candidates.filter {
            !hasTime || !numbering.contains(plain($0)) || candidates.count == 1 && profiles[$0].hasRepeats
        }
        let chosen =
            fitting.first { plain($0) == "id" } ?? fitting.first
            ?? open.first { KnownColumns.names.contains(plain($0)) && mayName($0) }
        guard let chosen else {
            if hasTime {
                choices.id = ""
            } else {
                warnings.append(
                    "No column tells rows apart: ids are made of the file's name and the number of the row.")
            }
            return
        }
        choices.columns[chosen].isURI = profiles[chosen].uris == profiles[chosen].values
        let isName = KnownColumns.names.contains(plain(chosen)) || ["station", "site"].contains(plain(chosen))
        set(chosen, .id, attribute: isName ? "name" : "")
    }

    private mutating func guessValues() {
        var used = Set(choices.columns.map(\.attribute))
        for index in open {
            let profile = profiles[index]
            let name = choices.columns[index].name
            guard profile.values > 0 else { continue }
            let isNumeric = isNumber(index)
            let known = isNumeric ? KnownColumns.attributes[plain(index)] : nil
            var attribute =
                known?.name ?? (KnownColumns.names.contains(plain(index)) ? "name" : KnownColumns.attribute(name))
            guard !attribute.isEmpty else { continue }
            if attribute == "no", profile.isUnique { continue }
            if used.contains(attribute) { attribute = KnownColumns.attribute(name) }
            var number = 2
            let base = attribute
            while used.contains(attribute) {
                attribute = base + String(number)
                number += 1
            }
            used.insert(attribute)
            if isNumeric {
                set(index, .number, attribute: attribute)
                choices.columns[index].unit = KnownColumns.unit(in: name) ?? known?.unit ?? ""
            } else if profile.booleans == profile.values {
                set(index, .boolean, attribute: attribute)
            } else if profile.uris == profile.values, profile.samples.allSatisfy({ $0.hasPrefix("urn:") }) {
                set(index, .link, attribute: attribute)
                choices.columns[index].isURI = true
            } else {
                set(index, .text, attribute: attribute)
            }
        }
    }

    private mutating func guessType() {
        let attributes = Set(choices.columns.map(\.attribute))
        for (type, marks, least) in KnownColumns.types where attributes.intersection(marks).count >= least {
            choices.type = type
            return
        }
        choices.type = KnownColumns.type(TabularRows.stem(of: fileName))
    }

    private mutating func guessMode() {
        guard choices.columns.contains(where: { [.time, .year].contains($0.role) }) else { return }
        let ids = choices.columns.indices.filter { choices.columns[$0].role == .id }
        if ids.isEmpty {
            // Rows with times and without names are one thing's history.
            choices.isHistory = true
            choices.id = "urn:ngsi-ld:\(choices.type):{file}"
        } else {
            choices.isHistory = ids.contains { profiles[$0].hasRepeats }
        }
        if choices.isHistory {
            choices.columns.indices.filter {
                [.text].contains(choices.columns[$0].role) && profiles[$0].distinct.count == profiles[$0].values
                    && profiles[$0].values > 20
            }
            .forEach { choices.columns[$0].role = .ignore }
        }
    }

    private mutating func tellFormulas() {
        for (index, profile) in profiles.enumerated()
        where profile.formulas > 0 && choices.columns[index].role != .ignore {
            warnings.append(
                "Cells of column \(choices.columns[index].name) begin like formulas; they stay texts, and are never computed."
            )
        }
    }
}
