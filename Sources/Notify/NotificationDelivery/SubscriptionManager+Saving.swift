extension SubscriptionManager {
    /// Stores progress soon after there is some, until the delivery ends.
    func keepProgress() async {
        let clock = ContinuousClock()
        var pause = configuration.progressInterval
        for await _ in delivery.wakeUps {
            do { try await configuration.sleep(pause) } catch { return }
            let began = clock.now
            let isStored = await delivery.saveProgress()
            // Storing takes at most a tenth of the time; a store that refuses is not pressed.
            pause = max(configuration.progressInterval, (clock.now - began) * 9)
            if !isStored {
                pause = max(pause, .seconds(5))
                delivery.noteProgress()
            }
        }
    }

    /// Stores progress and what changed of the counters, and forgets the endpoints that nobody names any more.
    func save() async {
        let subscriptions = state.withLock { state in state.tenants.values.flatMap { Array($0.byID.values) } }
        await delivery.saveProgress(countersOf: subscriptions)
        let used = Set(subscriptions.map(\.endpoint.uri))
        state.withLock { state in
            for (uri, endpoint) in state.endpoints where !used.contains(uri) && endpoint.isIdle {
                state.endpoints[uri] = nil
            }
        }
    }
}
