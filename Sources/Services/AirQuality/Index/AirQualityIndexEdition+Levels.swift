extension AirQualityIndexEdition {
    /// Up to which hourly concentrations the levels of a pollutant reach, the last of which is open.
    ///
    /// - Returns: In µg/m³; `nil` where the index has no table of levels for hourly values, as those with breakpoints.
    public func levelBounds(of pollutant: Pollutant) -> [Double]? {
        for rule in rules(.current) where rule.pollutant == pollutant && rule.averaging == .hour {
            return rule.unit == .microgramsPerCubicMetre ? rule.table.levelBounds : nil
        }
        return nil
    }
}
