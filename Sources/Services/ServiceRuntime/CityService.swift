/// A service of the city, as whoever runs it sees it.
public protocol CityService: Sendable {
    /// Follows the changes from now on, and catches up with what came before. Calling it twice does no harm.
    func start()
    /// Ends the following and waits until what is under way is done.
    func stop() async
}

/// What the configurations of all services have.
public protocol CityServiceConfiguration: Sendable {
    init()
    /// Told what went wrong, in a sentence.
    var onProblem: @Sendable (String) -> Void { get set }
    /// Told what is worth knowing and needs nothing to be done, in a sentence.
    var onNotice: @Sendable (String) -> Void { get set }
}

extension CityServiceConfiguration {
    /// For services that have no such thing to tell.
    public var onNotice: @Sendable (String) -> Void {
        get { { _ in } }
        set {}
    }
}
