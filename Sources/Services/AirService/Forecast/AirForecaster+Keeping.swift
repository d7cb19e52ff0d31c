import AirQuality

/// What was learnt outlives a restart.
extension AirForecaster {
    /// Takes up what was kept of stations, once.
    func readKept(_ stations: [KnownStation]) async {
        guard let folder, !hasReadKept, !stations.isEmpty else { return }
        hasReadKept = true
        for station in stations where !stopping.isRaised && tried[station.key] == nil {
            let key = station.key
            let kept = await worker.run { folder.models(of: key) }
            guard !kept.isEmpty, models.count + kept.count <= configuration.forecastLimit else { continue }
            for model in kept { models[Subject(key: key, pollutant: model.pollutant)] = model }
            if kept.contains(where: { $0.forecaster.seeing != nil }) { triedWithForecasts.insert(key) }
            tried[key] = min(lastHour(station), kept.map(\.trainedThrough).min() ?? 0)
            wake()
        }
        await worker.run { folder.removeAll(but: stations.map(\.key)) }
    }

    /// Keeps what a station has learnt.
    func keep(_ key: StationKey) async {
        let learnt = Pollutant.allCases.compactMap { models[Subject(key: key, pollutant: $0)] }
        guard let folder, !learnt.isEmpty, !stopping.isRaised else { return }
        let problem = await worker.run { () -> String? in
            do {
                try folder.keep(learnt, of: key)
                return nil
            } catch { return "\(error)" }
        }
        if let problem {
            configuration.onProblem(
                "What was learnt of \(key.id) cannot be kept in \(folder.path), and will be learnt again after a start: "
                    + problem)
        }
    }
}
