/// Stations that measure the air: traffic makes nitrogen dioxide, the sun turns it into ozone, heating makes dust. The
/// index is left to the air service, as with any station.
struct AirStations: Fleet {
    let plan: CityPlan
    let weather: Weather
    let count: Int
    let period: Int64 = 60_000
    let earlierPast: PastSpan? = .year

    private static let names = [
        "Parvis", "Gare", "Remparts", "Marais", "Quais Neufs", "Faubourg", "Rocade Nord", "Rocade Sud", "Forêt",
        "Salines", "Moulin", "Stade",
    ]

    private func place(_ index: Int) -> Point {
        switch index {
        case 0: Point(x: 45, y: -35)
        case 1..<12:
            Point(
                radius: [430, 1_050, 1_600, 2_150][index % 4] + 40,
                degrees: Double(index) * 137.5 + plan.noise.value(Stream.of(Stream.place, index), in: -15...15))
        default: plan.streetPlace(Stream.of(Stream.air, index), beside: 12).place
        }
    }

    struct Air {
        let pm25: Double
        let pm10: Double
        let no2: Double
        let o3: Double
        let so2: Double
        let co: Double
    }

    func air(_ index: Int, at time: CityTime) -> Air {
        let noise = plan.noise
        let stream = Stream.of(Stream.air, index)
        let hour: Int64 = 3_600_000
        let state = weather.state(at: time)
        let exposure = 0.45 + 0.9 * noise.unit(stream, 7)
        let stagnation = 1.5 / (0.5 + state.windMetresPerSecond / 4)
        let traffic = Rhythm.traffic(time) * exposure
        // Stoves and boilers run most in the evening and early in the morning.
        let hours =
            0.35 + 0.65 * Rhythm.bump(time.local.hour, at: 20, width: 3) + 0.4
            * Rhythm.bump(time.local.hour, at: 7.2, width: 1.5)
        let heating = max(0, (15 - state.temperatureCelsius) / 15) * hours
        let sun = state.solarWattsPerSquareMetre / 900
        let jitter = noise.drift(stream + 1 << 32, at: time, period: hour / 5)
        let slow = noise.drift(stream + 2 << 32, at: time, period: 11 * hour)
        let no2 = max(1, (6 + 52 * traffic * stagnation) * (1 + 0.12 * jitter + 0.15 * slow))
        let pm25 = max(1, (4 + 7 * traffic + 12 * heating) * stagnation * (1 + 0.15 * jitter + 0.25 * slow))
        return Air(
            pm25: pm25, pm10: pm25 * 1.45 + 4 + 5 * traffic, no2: no2,
            o3: max(2, 52 + 58 * sun - 0.5 * no2 + 9 * slow + 3 * jitter),
            so2: max(0.5, 2.5 + 1.2 * slow + 2 * heating),
            co: max(80, 180 + 320 * traffic + 160 * heating + 30 * jitter))
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        writer.begin("AirQualityObserved", EntityName("air-", index))
        let name = index < Self.names.count ? Self.names[index] : "Capteur \(index + 1)"
        writer.text("name", "Station \(name)")
        writer.text("typeofLocation", "outdoor")
        writer.location(place(index))
        writer.at(time) { writeValues(index, time, to: &$0) }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        writer.begin("AirQualityObserved", EntityName("air-", index), at: time)
        writeValues(index, time, to: &writer)
        writer.end()
    }

    private func writeValues(_ index: Int, _ time: CityTime, to writer: inout EntityWriter) {
        let air = air(index, at: time)
        let state = weather.state(at: time)
        writer.observationTime("dateObserved", time)
        writer.number("pm25", air.pm25.rounded(to: 1), unit: "GQ")
        writer.number("pm10", air.pm10.rounded(to: 1), unit: "GQ")
        writer.number("no2", air.no2.rounded(to: 1), unit: "GQ")
        writer.number("o3", air.o3.rounded(to: 1), unit: "GQ")
        writer.number("so2", air.so2.rounded(to: 1), unit: "GQ")
        writer.number("co", air.co.rounded(), unit: "GQ")
        writer.number("temperature", (state.temperatureCelsius + 0.4).rounded(to: 1), unit: "CEL")
        writer.number("relativeHumidity", state.relativeHumidity.rounded(to: 2))
    }
}
