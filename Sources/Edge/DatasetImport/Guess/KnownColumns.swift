import Foundation

/// Names that columns of open data have, and what the Smart Data Models call it.
enum KnownColumns {
    /// A name without case, accents, units in brackets, and all but letters and digits.
    static func plain(_ name: String) -> String {
        let bare = name.split(whereSeparator: { "([".contains($0) }).first.map(String.init) ?? name
        return String(
            bare.decomposedStringWithCanonicalMapping.lowercased().unicodeScalars
                .filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) }.map(Character.init))
    }

    /// The name of an attribute: letters and digits, words joined by capitals.
    static func attribute(_ name: String) -> String {
        let bare = name.split(whereSeparator: { "([".contains($0) }).first.map(String.init) ?? name
        let letters = bare.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
            !(0x300...0x36F).contains($0.value)
        }
        let words = String(String.UnicodeScalarView(letters)).split(whereSeparator: {
            !($0.isLetter || $0.isNumber) || !$0.isASCII
        })
        guard let first = words.first else { return "" }
        let start =
            first.allSatisfy { $0.isUppercase || $0.isNumber }
            ? first.lowercased() : first.prefix(1).lowercased() + first.dropFirst()
        let text = start + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined()
        let name = MemberNames.contains(text) ? "source" + text.prefix(1).uppercased() + text.dropFirst() : text
        return name.first?.isNumber == true ? "n" + name : String(name.prefix(100))
    }

    /// A name of a type: words joined, each with a capital.
    static func type(_ name: String) -> String {
        let text = attribute(name)
        let word = text.prefix(1).uppercased() + text.dropFirst()
        return word.isEmpty ? "Observation" : word
    }

    static let longitudes: Set = [
        "longitude", "lon", "lng", "long", "longwgs84", "stoplon", "geolon", "xwgs84", "longitudine", "laengengrad",
    ]
    static let latitudes: Set = [
        "latitude", "lat", "latwgs84", "stoplat", "geolat", "ywgs84", "latitudine", "breitengrad",
    ]
    static let geometries: Set = [
        "geometry", "geom", "thegeom", "wkt", "geopoint2d", "geopoint", "geoshape", "coordinates", "coordonnees",
        "latlon", "latlng", "position", "location", "geolocation",
    ]
    static let times: Set = [
        "time", "date", "datetime", "timestamp", "observedat", "dateobserved", "dateheure", "horodatage", "utc",
        "datetimeutc", "datum", "zeit", "zeitpunkt", "heure", "measuredat", "updatedat", "datemesure",
    ]
    static let ids: Set = [
        "id", "identifier", "code", "ref", "reference", "uuid", "key", "no", "nr", "number", "numero", "stationid",
        "siteid", "sensorid", "deviceid", "stopid", "stationcode", "identifiant", "objectid", "gid", "fid", "station",
        "site", "sensor", "device", "detector", "detectorid",
    ]
    static let names: Set = [
        "name", "nom", "title", "titre", "label", "libelle", "stationname", "sitename", "stopname", "bezeichnung",
    ]

    /// What tells of a person; such columns are left out unless somebody decides otherwise.
    static let personal: Set = [
        "email", "mail", "emailaddress", "courriel", "phone", "telephone", "phonenumber", "mobile", "tel", "firstname",
        "lastname", "surname", "fullname", "prenom", "nomdefamille", "birthdate", "dateofbirth", "datedenaissance",
        "iban", "ssn", "passport", "licenseplate", "licenceplate", "numberplate", "plate", "immatriculation", "imei",
        "macaddress", "mac", "ethnicity", "religion",
    ]

    /// What the Smart Data Models call it, and the unit that it mostly has.
    static let attributes: [String: (name: String, unit: String)] = [
        "pm10": ("pm10", "GQ"), "pm25": ("pm25", "GQ"), "pm1": ("pm1", "GQ"), "no2": ("no2", "GQ"), "no": ("no", "GQ"),
        "nox": ("nox", "GQ"), "o3": ("o3", "GQ"), "ozone": ("o3", "GQ"), "so2": ("so2", "GQ"), "co": ("co", ""),
        "temperature": ("temperature", "CEL"), "temp": ("temperature", "CEL"), "airtemperature": ("temperature", "CEL"),
        "dewp": ("dewPoint", "CEL"), "dewpoint": ("dewPoint", "CEL"), "humidity": ("relativeHumidity", ""),
        "relativehumidity": ("relativeHumidity", ""), "pres": ("atmosphericPressure", "A97"),
        "pressure": ("atmosphericPressure", "A97"), "rain": ("precipitation", "MMT"),
        "precipitation": ("precipitation", "MMT"),
        "windspeed": ("windSpeed", "MTS"), "wspm": ("windSpeed", "MTS"), "winddirection": ("windDirection", "DD"),
        "laeq": ("LAeq", "2N"), "noise": ("LAeq", "2N"), "noiselevel": ("LAeq", "2N"), "db": ("LAeq", "2N"),
        "speed": ("averageVehicleSpeed", "KMH"), "averagespeed": ("averageVehicleSpeed", "KMH"),
        "intensity": ("intensity", ""), "flow": ("intensity", ""), "occupancy": ("occupancy", ""),
        "capacity": ("totalSlotNumber", ""), "availablebikes": ("availableBikeNumber", ""),
        "numbikesavailable": ("availableBikeNumber", ""), "numdocksavailable": ("freeSlotNumber", ""),
        "freeslots": ("freeSlotNumber", ""), "availablespaces": ("availableSpotNumber", ""),
        "freespaces": ("availableSpotNumber", ""), "spaces": ("totalSpotNumber", ""),
        "altitude": ("altitude", "MTR"), "elevation": ("altitude", "MTR"), "fillinglevel": ("fillingLevel", ""),
        "co2": ("co2", "59"), "level": ("currentLevel", "MTR"), "waterlevel": ("currentLevel", "MTR"),
    ]

    /// Types of the Smart Data Models, with attributes of which some stand in their tables.
    static let types: [(type: String, marks: Set<String>, least: Int)] = [
        ("AirQualityObserved", ["pm10", "pm25", "no2", "o3", "so2", "nox", "co", "pm1"], 1),
        ("BikeHireDockingStation", ["availableBikeNumber", "freeSlotNumber"], 1),
        ("OffStreetParking", ["availableSpotNumber", "totalSpotNumber"], 1),
        ("TrafficFlowObserved", ["averageVehicleSpeed", "intensity", "occupancy"], 1),
        ("NoiseLevelObserved", ["LAeq"], 1),
        ("WaterLevelObserved", ["currentLevel"], 1),
        (
            "WeatherObserved",
            ["temperature", "relativeHumidity", "atmosphericPressure", "precipitation", "windSpeed", "dewPoint"], 2
        ),
    ]

    /// UN/CEFACT codes of what stands in brackets behind a name, such as `PM10 (µg/m³)`.
    static func unit(in name: String) -> String? {
        guard let open = name.lastIndex(where: { "([".contains($0) }),
            let close = name[open...].firstIndex(where: { ")]".contains($0) })
        else { return nil }
        let text = name[name.index(after: open)..<close].trimmingCharacters(in: .whitespaces)
            .replacingOccurrences(of: "μ", with: "µ").replacingOccurrences(of: "³", with: "3")
        return units[text] ?? units[text.lowercased()]
    }

    private static let units = [
        "°c": "CEL", "c": "CEL", "degc": "CEL", "°f": "FAH", "%": "P1", "µg/m3": "GQ", "ug/m3": "GQ", "mg/m3": "GP",
        "ppm": "59", "ppb": "61", "hpa": "A97", "mbar": "MBR", "pa": "PAL", "m/s": "MTS", "km/h": "KMH", "kmh": "KMH",
        "mph": "HM",
        "mm": "MMT", "cm": "CMT", "m": "MTR", "km": "KMT", "db": "2N", "db(a": "2N", "dba": "2N", "°": "DD",
        "deg": "DD",
        "w": "WTT", "kw": "KWT", "kwh": "KWH", "wh": "WHR", "v": "VLT", "a": "AMP", "hz": "HTZ", "l": "LTR",
        "m3": "MTQ",
        "m2": "MTK", "ha": "HAR", "kg": "KGM", "t": "TNE", "s": "SEC", "min": "MIN", "h": "HUR", "lx": "LUX",
        "w/m2": "D54",
    ]
}
