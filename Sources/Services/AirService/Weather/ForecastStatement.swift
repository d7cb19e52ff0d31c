import Forecasting
import Foundation
import JSONTree
import NGSILDModel
import ServiceRuntime

/// What a `WeatherForecast` (Smart Data Models, dataModel.Weather) says of a period.
///
/// It is read an attribute at a time, so that an entity and its history are read alike.
struct ForecastStatement: Sendable {
    private(set) var issued: Timestamp?
    private var from: Timestamp?
    private var to: Timestamp?
    /// In °C, hPa, m/s, degrees, mm, and shares.
    private var numbers: [Name: Double] = [:]
    private var extremes: [Extreme: Double] = [:]

    /// The numbers that are taken, and what can be.
    private enum Name: CaseIterable {
        case temperature, dewPoint, humidity, windSpeed, windDirection, precipitation, probability, pressure

        init?(_ plain: String) {
            switch plain {
            case "temperature", "airtemperature": self = .temperature
            case "dewpoint": self = .dewPoint
            case "relativehumidity", "humidity": self = .humidity
            case "windspeed": self = .windSpeed
            case "winddirection": self = .windDirection
            case "precipitation": self = .precipitation
            case "precipitationprobability": self = .probability
            case "atmosphericpressure", "pressure": self = .pressure
            default: return nil
            }
        }

        /// The number in this quantity's unit; `nil` where it cannot be.
        func read(_ number: Double, unit: String?) -> Double? {
            let (value, range): (Double, ClosedRange<Double>)
            switch self {
            case .temperature, .dewPoint:
                range = -90...60
                value = unit == "KEL" ? number - 273.15 : unit == "FAH" ? (number - 32) / 1.8 : number
            case .humidity, .probability:
                range = 0...1
                value = unit == "P1" || number > 1 ? number / 100 : number
            case .windSpeed:
                range = 0...120
                value = unit == "KMH" ? number / 3.6 : unit == "KNT" ? number * 0.514444 : number
            case .windDirection: (value, range) = (number, -360...720)
            case .precipitation: (value, range) = (number, 0...500)
            case .pressure:
                range = 500...1_100
                value = unit == "PAL" ? number / 100 : unit == "KPA" ? number * 10 : number
            }
            return range.contains(value) ? value : nil
        }
    }

    private struct Extreme: Hashable {
        let isGreatest: Bool
        let isTemperature: Bool
    }

    /// Whether an attribute is read, by the last part of its IRI.
    static func isRead(_ name: Substring) -> Bool {
        let plain = ColumnName.plain(String(name))
        return others.contains(plain) || Name(plain) != nil
    }

    private static let others: Set = [
        "dateissued", "issuedat", "validfrom", "validto", "validity", "dayminimum", "daymaximum",
    ]

    /// Takes in an attribute, over what it was before; one that says nothing takes away what was said.
    ///
    /// - Parameter name: The last part of its IRI.
    mutating func take(_ name: Substring, _ forest: AttributeForest, _ root: Int) {
        let node = forest.nodes[root]
        guard node.datasetLength == 0, node.kind == .property || node.kind == .jsonProperty else { return }
        let plain = ColumnName.plain(String(name))
        switch plain {
        case "dateissued", "issuedat": issued = Self.time(forest, root)
        case "validfrom": from = Self.time(forest, root)
        case "validto": to = Self.time(forest, root)
        case "validity":
            let parts = (Self.text(forest, root) ?? "").split(separator: "/")
            guard parts.count == 2 else { return }
            (from, to) = (from ?? Self.time(parts[0]), to ?? Self.time(parts[1]))
        case "dayminimum", "daymaximum": takeExtremes(forest, root, isGreatest: plain == "daymaximum")
        default:
            guard let name = Name(plain) else { return }
            numbers[name] = forest.number(of: root).flatMap { name.read($0, unit: forest.unitCode(of: root)) }
        }
    }

    private mutating func takeExtremes(_ forest: AttributeForest, _ root: Int, isGreatest: Bool) {
        let document = try? JSONDocument(parsing: forest.valueText(of: root))
        for (name, isTemperature) in [(Name.temperature, true), (Name.humidity, false)] {
            let number = document.flatMap { document in
                document.member(document.root, isTemperature ? "temperature" : "relativeHumidity")
                    .flatMap { document.double($0) }
            }
            extremes[Extreme(isGreatest: isGreatest, isTemperature: isTemperature)] = number.flatMap {
                name.read($0, unit: nil)
            }
        }
    }

    // MARK: - Hours

    /// The hours it is about; `nil` without a time. A time alone is its hour.
    private var span: ClosedRange<Int>? {
        guard let last = to ?? from else { return nil }
        let first = from ?? last
        guard first <= last, Timestamp.representable.contains(first), Timestamp.representable.contains(last) else {
            return nil
        }
        let end = ClockHour.holding(last)
        let start = first < last ? ClockHour.holding(Timestamp(microseconds: first.microseconds + 1)) : end
        return start <= end ? start...end : nil
    }

    /// When it counts as known.
    ///
    /// - Parameter arrived: When it was written.
    /// - Returns: `nil` for one that was issued a day or more before it came. One that came after all of its hours were over
    ///   was brought in later, and counts from when it was issued.
    func known(arrived: Timestamp) -> Timestamp? {
        guard let issued else { return arrived }
        if let span, ClockHour.end(span.upperBound) < arrived { return issued }
        guard issued > arrived.adding(seconds: -Double(ForetoldWeather.oldest) * 3_600) else { return nil }
        return max(arrived, min(issued, arrived.adding(seconds: 600)))
    }

    /// What it says, hour by hour, at most 54 hours from when it was known.
    ///
    /// A value holds for its whole period; an amount of rain is spread over it. In a period of more than twelve hours, the
    /// least and greatest of the day make a curve with its least at 3 and its greatest at 15 solar time, humidity the other
    /// way round.
    ///
    /// - Parameters:
    ///   - known: When it was known.
    ///   - longitude: In degrees, for solar time; 0 where it is not known.
    func hours(known: Timestamp, longitude: Double) -> [ForetoldHour] {
        guard let span, Timestamp.representable.contains(known) else { return [] }
        let now = ClockHour.holding(known)
        let (first, last) = (max(span.lowerBound, now - 5), min(span.upperBound, now + ForecastNoise.reach))
        guard first <= last else { return [] }
        var hours: [ForetoldHour] = []
        for hour in first...last {
            var one = ForetoldHour(known: now, hour: hour)
            let solar = (Double(((hour % 24) + 24) % 24) - 0.5 + longitude / 15)
            let warmth = cos((solar - 15) / 24 * 2 * .pi)
            let isLong = span.count > 12
            let temperature = value(.temperature, true, isLong, warmth)
            let humidity = value(.humidity, false, isLong, -warmth)
            one[.temperature] = temperature
            one[.dewPoint] =
                numbers[.dewPoint] ?? WeatherQuantity.dewPoint(temperature: temperature, relativeHumidity: humidity)
            if let speed = numbers[.windSpeed] {
                one[.windSpeed] = speed
                if let direction = numbers[.windDirection] {
                    one[.windNorth] = speed * cos(direction * .pi / 180)
                    one[.windEast] = speed * sin(direction * .pi / 180)
                }
            }
            if let rain = numbers[.precipitation] { one[.precipitation] = rain / Double(span.count) }
            if let share = numbers[.probability] { one[.precipitationProbability] = share }
            if let pressure = numbers[.pressure] { one[.pressure] = pressure }
            if !one.isEmpty { hours.append(one) }
        }
        return hours
    }

    private func value(_ name: Name, _ isTemperature: Bool, _ isLong: Bool, _ share: Double) -> Double {
        let (least, greatest) = (
            extremes[Extreme(isGreatest: false, isTemperature: isTemperature)],
            extremes[Extreme(isGreatest: true, isTemperature: isTemperature)]
        )
        if let least, let greatest, isLong || numbers[name] == nil {
            return (least + greatest) / 2 + (greatest - least) / 2 * (isLong ? share : 0)
        }
        return numbers[name] ?? .nan
    }

    // MARK: - Texts

    private static func time(_ forest: AttributeForest, _ root: Int) -> Timestamp? {
        text(forest, root).flatMap { time($0[...]) }
    }

    /// A text, or that of a typed value such as `{"@type": "DateTime", "@value": ...}`.
    private static func text(_ forest: AttributeForest, _ root: Int) -> String? {
        if let text = forest.stringValue(of: root) { return text }
        guard let document = try? JSONDocument(parsing: forest.valueText(of: root)), document.isObject(document.root)
        else { return nil }
        return document.member(document.root, "@value").flatMap { document.string($0) }
    }

    /// A time in UTC, or with an offset as in `2026-01-31T18:00:00+01:00`.
    static func time(_ text: Substring) -> Timestamp? {
        if let time = Timestamp(String(text)) { return time }
        guard text.utf8.count > 19, let sign = text.dropFirst(19).lastIndex(where: { $0 == "+" || $0 == "-" }) else {
            return nil
        }
        let digits = text[text.index(after: sign)...].filter { $0 != ":" }
        guard digits.utf8.count == 4 || digits.utf8.count == 2, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let hours = Int(digits.prefix(2)), let minutes = Int("0" + digits.dropFirst(2)), hours < 24, minutes < 60,
            let time = Timestamp(String(text[..<sign]) + "Z")
        else { return nil }
        return time.adding(seconds: Double(hours * 3_600 + minutes * 60) * (text[sign] == "+" ? -1 : 1))
    }
}
