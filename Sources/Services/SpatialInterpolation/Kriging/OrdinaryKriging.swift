/// An estimate and how sure it is.
public struct Estimate: Sendable, Equatable {
    public var value: Double
    /// The expected square of the error, in the square of the values' unit.
    public var variance: Double

    public init(value: Double, variance: Double) {
        self.value = value
        self.variance = variance
    }
}

/// Ordinary kriging of one set of samples: the best linear unbiased estimate under a variogram.
///
/// With up to `Options.globalLimit` samples every estimate uses all of them; with more, each uses the nearest
/// `Options.neighbours`.
public struct OrdinaryKriging: Sendable {
    /// Where the work is cut.
    public struct Options: Sendable, Equatable {
        /// How many samples may take part in every estimate; default 500, at most `KrigingSystem.maximumPositions`.
        public var globalLimit = 500
        /// How many of the nearest samples take part otherwise, and in the variances of a grid; default 48, 4 to 200.
        public var neighbours = 48

        public init() {}
    }

    public let model: VariogramModel
    /// The samples that are used: those at one place are one, with the mean of their values.
    public let samples: [Sample]
    let options: Options
    /// Of all samples; `nil` when there are too many.
    let global: KrigingSystem?
    let index: NearestSamples
    /// The mean that the estimates tend to far away, and `A⁻¹ (z - mean)`; with `global` only.
    let mean: Double
    let dual: [Double]

    /// Prepares the estimates.
    ///
    /// - Parameters:
    ///   - samples: Values at positions; those that are not finite are passed over.
    ///   - model: How values at a distance differ, for distances in the unit of the positions.
    /// - Returns: `nil` when no sample is left or the equations cannot be solved.
    /// - Cost: the cube of the number of samples over six, up to the global limit; sorting beyond it.
    public init?(samples: [Sample], model: VariogramModel, options: Options = Options()) {
        let samples = Self.merged(samples)
        guard !samples.isEmpty else { return nil }
        self.samples = samples
        self.model = model
        var options = options
        options.globalLimit = min(max(options.globalLimit, 1), KrigingSystem.maximumPositions)
        options.neighbours = min(max(options.neighbours, 4), 200)
        self.options = options
        index = NearestSamples(samples)
        guard samples.count <= options.globalLimit else {
            global = nil
            mean = 0
            dual = []
            return
        }
        guard let system = KrigingSystem(positions: samples.map(\.position), model: model) else { return nil }
        global = system
        let mean = zip(samples, system.unitSolution).reduce(0) { $0 + $1.0.value * $1.1 } / system.unitSum
        self.mean = mean
        dual = system.factor.solve(samples.map { $0.value - mean })
    }

    /// The estimate at a target; at a sample's position its value, with variance 0.
    ///
    /// - Returns: `nil` when the target is not finite.
    /// - Cost: the square of the samples that take part; their cube over six beyond the global limit.
    public func estimate(at target: PlanePoint) -> Estimate? {
        guard target.x.isFinite, target.y.isFinite else { return nil }
        if let global { return Self.estimate(at: target, system: global, values: samples.map(\.value)) }
        let near = index.nearest(options.neighbours, to: target)
        guard let system = KrigingSystem(positions: near.map { samples[$0].position }, model: model) else { return nil }
        return Self.estimate(at: target, system: system, values: near.map { samples[$0].value })
    }

    static func estimate(at target: PlanePoint, system: KrigingSystem, values: [Double]) -> Estimate {
        let (weights, variance) = system.weights(at: target)
        return Estimate(value: zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 }, variance: variance)
    }

    /// Samples with finite numbers, those at one place put together.
    private static func merged(_ samples: [Sample]) -> [Sample] {
        var places: [PlanePoint: Int] = [:]
        var merged: [(sample: Sample, count: Double)] = []
        for one in samples where one.value.isFinite && one.position.x.isFinite && one.position.y.isFinite {
            if let place = places[one.position] {
                merged[place].count += 1
                merged[place].sample.value += (one.value - merged[place].sample.value) / merged[place].count
            } else {
                places[one.position] = merged.count
                merged.append((one, 1))
            }
        }
        return merged.map(\.sample)
    }
}
