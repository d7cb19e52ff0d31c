/// The weather over the whole town, and its station.
struct Weather: Fleet {
    let noise: Noise
    let count: Int
    let period: Int64 = 60_000
    let earlierPast: PastSpan? = .year

    struct State {
        let temperatureCelsius: Double
        let relativeHumidity: Double
        let pressureHectopascals: Double
        let windMetresPerSecond: Double
        let windDirection: Double
        let rainMillimetres: Double
        let cloudCover: Double
        let solarWattsPerSquareMetre: Double
        let weatherType: String
    }

    func state(at time: CityTime) -> State {
        let hour: Int64 = 3_600_000
        let stream = Stream.weather
        let season = -cosine((time.yearFraction * 365.25 - 25) / 365.25 * 360)
        let daily = -cosine((time.local.hour - 3.5) / 24 * 360)
        let clouds = min(1, max(0, 0.5 + 0.75 * noise.drift(stream + 1, at: time, period: 9 * hour)))
        let temperature =
            12 + 7.5 * season + (4.5 - 2.5 * clouds) * daily + 3 * noise.drift(stream, at: time, period: 31 * hour)
        let sun = max(0, sine(time.sunElevation))
        let rain = clouds > 0.8 ? max(0, noise.drift(stream + 2, at: time, period: hour)) * (clouds - 0.8) * 20 : 0
        let humidity = min(0.99, max(0.3, 0.76 - 0.13 * daily + 0.14 * (clouds - 0.5) + (rain > 0 ? 0.12 : 0)))
        let wind =
            4 + 2.6 * noise.drift(stream + 3, at: time, period: 5 * hour)
            + 1.2 * noise.drift(stream + 4, at: time, period: hour / 4)
        let direction = 250 + 110 * noise.drift(stream + 5, at: time, period: 17 * hour)
        return State(
            temperatureCelsius: temperature, relativeHumidity: humidity,
            pressureHectopascals: 1_016 - 9 * (clouds - 0.5) + 6 * noise.drift(stream + 6, at: time, period: 40 * hour),
            windMetresPerSecond: max(0.2, wind), windDirection: (direction + 360).truncatingRemainder(dividingBy: 360),
            rainMillimetres: rain, cloudCover: clouds, solarWattsPerSquareMetre: 1_050 * sun * (1 - 0.72 * clouds),
            weatherType: Self.weatherType(clouds: clouds, rain: rain, isDay: time.sunElevation > 0))
    }

    private static func weatherType(clouds: Double, rain: Double, isDay: Bool) -> String {
        if rain > 1.5 { return "heavyRain" }
        if rain > 0.1 { return "lightRain" }
        switch clouds {
        case ..<0.2: return isDay ? "sunnyDay" : "clearNight"
        case ..<0.45: return "slightlyCloudy"
        case ..<0.7: return "partlyCloudy"
        case ..<0.9: return "cloudy"
        default: return "overcast"
        }
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        writer.begin("WeatherObserved", EntityName("station-", index))
        writer.text("name", index == 0 ? "Station météo du Parvis" : "Station météo \(index + 1)")
        let place = index == 0 ? Point(x: 30, y: 40) : Point(radius: 2_000, degrees: Double(index) * 137.5)
        writer.location(place)
        writer.at(time) { writeValues(time, to: &$0) }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        writer.begin("WeatherObserved", EntityName("station-", index), at: time)
        writeValues(time, to: &writer)
        writer.end()
    }

    private func writeValues(_ time: CityTime, to writer: inout EntityWriter) {
        let state = state(at: time)
        writer.observationTime("dateObserved", time)
        writer.number("temperature", state.temperatureCelsius.rounded(to: 1), unit: "CEL")
        writer.number("relativeHumidity", state.relativeHumidity.rounded(to: 2))
        writer.number("atmosphericPressure", state.pressureHectopascals.rounded(to: 1), unit: "A97")
        writer.number("windSpeed", state.windMetresPerSecond.rounded(to: 1), unit: "MTS")
        writer.number("windDirection", state.windDirection.rounded(), unit: "DD")
        writer.number("precipitation", state.rainMillimetres.rounded(to: 1), unit: "MMT")
        writer.number("solarRadiation", state.solarWattsPerSquareMetre.rounded(), unit: "D54")
        writer.text("weatherType", state.weatherType)
    }
}
