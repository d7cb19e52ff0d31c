import AirQuality
import NGSILDModel

extension AirEngine {
    /// Takes in the newest forecasts of a station, and judges the alerts that look at them.
    func take(_ forecasts: [(pollutant: Pollutant, forecast: IssuedForecast)], of key: StationKey) async {
        guard let station = stations[key] else { return }
        for (pollutant, forecast) in forecasts { station.forecasts[pollutant] = forecast }
        guard (rules[key.tenant] ?? []).contains(where: \.looksAhead) else { return }
        touched.insert(key)
        await judgeTouched()
    }

    /// The newest forecast of a station: of this run, or what the entity has of one before.
    func forecast(_ pollutant: Pollutant, of station: AirStation) -> IssuedForecast? {
        if let known = station.forecasts[pollutant] { return known }
        guard let id = ForecastEntity.id(pollutant, of: station.key.id),
            let entity = try? operations.consumption.retrieveEntity(id: id, tenant: station.key.tenant),
            let forecast = ForecastEntity.read(entity, vocabulary)
        else { return nil }
        station.forecasts[pollutant] = forecast
        return forecast
    }

    /// Hours with the values that quality control lets pass now in the place of those from the history.
    func amended(_ hours: StationHours, of key: StationKey) -> StationHours {
        guard let station = stations[key] else { return hours }
        var hours = hours
        for hour in hours.hours.suffix(configuration.hoursKept) {
            guard let cell = station.cell(hour), !cell.isEmpty else { continue }
            for pollutant in Pollutant.allCases where cell.counts[pollutant] > 0 {
                hours[pollutant, hour] = cell.usable[pollutant]
            }
        }
        return hours
    }
}
