import NGSILDModel

/// Subscriptions with a `timeInterval`.
extension SubscriptionManager {
    func reader(_ definition: SubscriptionDefinition) -> SubscriptionReader {
        SubscriptionReader(definition: definition, registry: registry, consumption: consumption, callers: callers)
    }

    /// Takes the stored subscriptions into the rhythm they had, and begins to notify.
    func startPeriodic() {
        guard let periodic else { return }
        for subscription in state.withLock({ state in state.tenants.values.flatMap { Array($0.byID.values) } }) {
            periodic.set(subscription, isRestored: true)
        }
        let task = Task { [self] in await periodic.run { notify($0, $1) } }
        state.withLock { $0.periodicTask = task }
    }

    func stopPeriodic() async {
        let task = state.withLock { state in
            defer { state.periodicTask = nil }
            return state.periodicTask
        }
        task?.cancel()
        await task?.value
    }
}
