import Testing

@testable import DatasetImport

struct TableGuessTests {

    private func guessed(_ text: String, name: String = "table.csv") throws -> TableGuess {
        let file = try TextFile(text, name: name)
        return try withExtendedLifetime(file) { try TableGuess.of(path: file.path, name: name) }
    }

    private func roles(_ guess: TableGuess) -> [String] {
        guess.choices.columns.map { column in
            let parts = [column.role.rawValue, column.attribute, column.unit].filter { !$0.isEmpty }
            return "\(column.name): \(parts.joined(separator: " "))"
        }
    }

    @Test func `a table of things with places is told by its names and cells`() throws {
        let guess = try guessed(
            "id,name,lat,lon,Temperature (°C),open\n1,Harbour,47.1,-1.9,21.5,true\n2,Market,47.2,-1.8,22,false\n",
            name: "weather-masts.csv")
        #expect(
            roles(guess) == [
                "id: id", "name: text name", "lat: latitude", "lon: longitude location",
                "Temperature (°C): number temperature CEL", "open: boolean open",
            ])
        #expect(guess.choices.type == "WeatherMasts")
        #expect(guess.choices.idPattern == "urn:ngsi-ld:WeatherMasts:{id}")
        #expect(!guess.choices.isHistory && guess.warnings.isEmpty)
        #expect(guess.columns[1].samples == ["Harbour", "Market"])
    }

    @Test func `semicolons and decimal commas are found`() throws {
        let guess = try guessed("code;NO2 (µg/m³);latitude;longitude\nA;12,5;47,1;-1,9\nB;13,25;47,2;-1,8\n")
        #expect(guess.choices.delimiter == ";" && guess.choices.decimal == ",")
        #expect(guess.choices.type == "AirQualityObserved")
        #expect(roles(guess)[1] == "NO2 (µg/m³): number no2 GQ")
    }

    @Test(arguments: [("a\tb\n1\t2\n", "tab"), ("a|b\n1|2\n", "|"), ("a,b\n\"1;2;3\",2\n", ",")])
    func `the separator is the one that parts rows evenly`(text: String, delimiter: String) throws {
        #expect(try guessed(text).choices.delimiter == delimiter)
    }

    @Test func `rows with times of the same thing are its history`() throws {
        let guess = try guessed(
            "station,date,PM10\nA,31/03/2026 10:00,12\nA,31/03/2026 11:00,13\nB,31/03/2026 10:00,NA\n")
        #expect(guess.choices.isHistory && guess.choices.timeFormat == "dd/MM/yyyy HH:mm")
        #expect(guess.choices.missing == ["NA"])
        #expect(roles(guess) == ["station: id name", "date: time", "PM10: number pm10 GQ"])
        let yaml = try guess.choices.yaml()
        #expect(yaml.contains("mode: history\n") && yaml.contains("format: \"dd/MM/yyyy HH:mm\""))
    }

    @Test func `times in parts are found`() throws {
        let guess = try guessed(
            "No,year,month,day,hour,PM2.5,station\n1,2013,3,1,0,6,Tiantan\n2,2013,3,1,1,7,Tiantan\n")
        #expect(roles(guess).prefix(5) == ["No: ignore", "year: year", "month: month", "day: day", "hour: hour"])
        #expect(roles(guess)[5] == "PM2.5: number pm25 GQ")
        #expect(guess.choices.isHistory)
    }

    @Test func `dates that may be read in two ways are told`() throws {
        let guess = try guessed("id,date\n1,03/04/2026\n2,05/06/2026\n")
        #expect(guess.choices.timeFormat == "dd/MM/yyyy")
        #expect(guess.warnings.contains { $0.contains("day and month cannot be told apart") })
    }

    @Test func `what tells of persons is left out, and that is said`() throws {
        let guess = try guessed("id,E-mail,speed\n1,a@b.example,5\n")
        #expect(roles(guess)[1] == "E-mail: ignore")
        #expect(guess.warnings.contains { $0.contains("E-mail") && $0.contains("persons") })
    }

    @Test func `rows that nothing tells apart get the number of the row`() throws {
        let guess = try guessed("colour,size\nred,1\nred,1\n", name: "things.csv")
        #expect(guess.choices.idPattern == "urn:ngsi-ld:Things:{file}:{row}")
        #expect(guess.warnings.contains { $0.contains("number of the row") })
    }

    @Test func `the first byte that is no text is told with line and column`() throws {
        let file = try TextFile(bytes: Array("id,name\n1,ok\n2,caf".utf8) + [0xE9, 0x0A])
        let guess = try TableGuess.of(path: file.path, name: "t.csv")
        #expect(guess.warnings.first?.hasPrefix("Line 3, column 6 is not UTF-8") == true)
        #expect(guess.warnings.first?.contains("read as Windows-1252") == true)
        #expect(guess.choices.encoding == "windows-1252" && guess.columns[1].samples == ["ok", "café"])
        #expect(try guess.choices.mapping().encoding == .windows1252)
    }

    @Test func `a text in UTF-8 with some damage stays UTF-8`() throws {
        let file = try TextFile(bytes: Array("id,name\n1,été à côté\n2,caf".utf8) + [0xE9, 0x0A])
        let guess = try TableGuess.of(path: file.path, name: "t.csv")
        #expect(guess.choices.encoding == nil && guess.columns[1].samples.first == "été à côté")
        #expect(guess.warnings.first?.contains("texts of such cells are left out") == true)
    }

    @Test func `what somebody says of the reading goes before what is guessed`() throws {
        let file = try TextFile(bytes: Array("id;a,b;size\n1;x,y;1,5\n2;x,y;2,5\n".utf8))
        func guess(_ reading: TableReading) throws -> TableGuess {
            try TableGuess.of(path: file.path, name: "t.csv", reading: reading)
        }
        #expect(roles(try guess(.init())).last == "size: number size")
        let points = try guess(.init(decimal: "."))
        #expect(points.choices.decimal == "." && roles(points).last == "size: text size")
        let commas = try guess(.init(delimiter: ","))
        #expect(commas.columns.map(\.name) == ["id;a", "b;size"] && commas.choices.delimiter == ",")
        let greek = try TextFile(bytes: Array("id,name\n1,".utf8) + [0xC1, 0xE8, 0xDE, 0xED, 0xE1, 0x0A])
        let read = try TableGuess.of(path: greek.path, name: "t.csv", reading: .init(encoding: "Windows-1253"))
        #expect(read.columns[1].samples == ["Αθήνα"] && read.warnings.isEmpty)
    }

    @Test(arguments: [
        (TableReading(encoding: "ebcdic"), "it must be one of utf-8"), (TableReading(delimiter: "::"), "one ASCII"),
        (TableReading(delimiter: "\n"), "one ASCII"), (TableReading(decimal: "x"), "it must be"),
    ])
    func `a reading that means nothing is refused with what would`(reading: TableReading, words: String) throws {
        let file = try TextFile("a,b\n1,2\n")
        #expect {
            _ = try TableGuess.of(path: file.path, name: "t.csv", reading: reading)
        } throws: { "\($0)".contains(words) }
    }

    @Test func `formulas stay texts, and are told`() throws {
        let guess = try guessed("id,note\n1,=SUM(A1)\n2,plain\n")
        #expect(roles(guess)[1] == "note: text note")
        #expect(guess.warnings.contains { $0.contains("formulas") })
    }

    @Test func `positions in metres and exchanged ones are told`() throws {
        #expect(
            try guessed("id,latitude,longitude\n1,6700000,350000\n").warnings.contains { $0.contains("WGS 84") })
        #expect(
            try guessed("id,latitude,longitude\n1,139.7,35.6\n").warnings.contains { $0.contains("exchanged") })
    }

    @Test func `a table of too many columns is refused with its line`() throws {
        let header = (0..<1_500).map { "c\($0)" }.joined(separator: ",")
        #expect {
            _ = try guessed(header + "\n")
        } throws: { error in
            "\(error)".contains("line 1") && "\(error)".contains("the number of columns")
        }
    }

    @Test func `features are a table of their properties`() throws {
        let guess = try guessed(
            #"{"type":"FeatureCollection","features":[{"type":"Feature","id":"t1","geometry":{"type":"Point","coordinates":[-1.9,47.1]},"properties":{"species":"oak","height":12.5}},{"type":"Feature","id":"t2","geometry":null,"properties":{"species":"elm","planted":null}}]}"#,
            name: "trees.geojson")
        #expect(guess.format == .geojson)
        #expect(
            roles(guess) == [
                "geometry: geometry location", "id: id", "species: text species", "height: number height",
                "planted: ignore",
            ])
    }

    @Test func `columns that are called as members of entities become attributes with names of their own`() throws {
        let guess = try guessed(
            "id,at,created_at,expiresAt,Unit code,modified at,scope,value\na,2026-01-01T00:00:00Z,early,late,metres,soon,/a,1\n"
        )
        #expect(
            roles(guess) == [
                "id: id", "at: time", "created_at: text sourceCreatedAt", "expiresAt: text sourceExpiresAt",
                "Unit code: text sourceUnitCode", "modified at: text sourceModifiedAt", "scope: text sourceScope",
                "value: number value",
            ])
        _ = try guess.choices.mapping()
    }

    @Test func `the choices make a mapping that the command takes`() throws {
        let guess = try guessed(
            "id,name,wkt,speed (km/h),at\n1,\"Quay, \"\"old\"\"\",POINT(-1.9 47.1),30,2026-01-01T00:00:00Z\n")
        let mapping = try guess.choices.mapping()
        #expect(mapping.columns == ["id", "name", "wkt", "speed (km/h)", "at"])
    }

    @Test func `choices that clash are refused by name`() throws {
        var choices = TableChoices(
            type: "A", columns: [.init(name: "x", role: .longitude), .init(name: "y", role: .number, attribute: "y")])
        #expect { try choices.yaml() } throws: { "\($0)".contains("none is the latitude") }
        choices.columns = [.init(name: "a", role: .time), .init(name: "b", role: .time)]
        #expect { try choices.yaml() } throws: { "\($0)".contains("columns a and b are both time") }
    }
}
