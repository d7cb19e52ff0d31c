/// A forecaster as bytes, so that it need not be learnt again.
extension SeriesForecaster {
    /// The form of the bytes and what the features mean; rises when either changes.
    public static let keptForm: UInt32 = 1

    /// The forecaster as bytes, which `init(kept:)` reads: about half a megabyte for 48 hours and 12 covariates.
    public func kept() -> [UInt8] {
        var to = ByteWriting()
        to.write(Self.keptForm)
        to.write(Int32(step))
        to.write(covariateNames) { $0.write($1) }
        to.write(scales.target.offset)
        to.write(scales.covariates) { to, scale in to.write(scale?.offset ?? .nan) }
        to.write(segments) { to, segment in segment.write(to: &to) }
        return to.bytes
    }

    /// The forecaster that was kept.
    ///
    /// - Returns: `nil` where the bytes are not whole, or those of another form.
    public init?(kept bytes: [UInt8]) {
        var from = ByteReading(bytes)
        guard from.read(UInt32.self) == Self.keptForm, let step = from.read(Int32.self), (60...86_400).contains(step),
            let names = from.list(least: 4, { $0.text() }), names.count <= ForecastSeries.maximumCovariates,
            let offset = from.finite(), let offsets = from.list(least: 8, { $0.double() }),
            offsets.count == names.count, let segments = from.list(least: 64, { Segment(reading: &$0) }),
            !segments.isEmpty, from.isAtEnd
        else { return nil }
        // Horizons follow one another from 1 on.
        var next = 1
        for segment in segments {
            guard segment.horizons.lowerBound == next else { return nil }
            next = segment.horizons.upperBound + 1
        }
        self.init(
            scales: FeatureScales(
                target: LogScale(offset: offset), covariates: offsets.map { $0.isNaN ? nil : LogScale(offset: $0) }),
            segments: segments, step: Int(step), covariateNames: names)
    }
}

extension SeriesForecaster.Segment {
    fileprivate func write(to: inout ByteWriting) {
        to.write(Int32(horizons.lowerBound))
        to.write(Int32(horizons.upperBound))
        to.write(skill.error)
        to.write(skill.persistenceError)
        to.write(Int32(skill.trees))
        residuals.write(to: &to)
        to.write(trees.binnings) { to, binning in to.write(binning.edges) { $0.write($1) } }
        to.write(trees.trees) { to, tree in
            to.write(tree.nodes) { to, node in
                to.write(node.feature)
                to.write(node.bin)
                to.write(node.left)
                to.write(node.right)
                to.write(node.value)
            }
        }
    }

    fileprivate init?(reading from: inout ByteReading) {
        guard let low = from.read(Int32.self), let high = from.read(Int32.self), low >= 1, high >= low, high <= 500,
            let error = from.double(), let persistenceError = from.double(), let count = from.read(Int32.self),
            let residuals = ResidualQuantiles(reading: &from),
            let binnings = from.list(least: 4, { $0.list(least: 8) { $0.finite() }.flatMap { Binning(edges: $0) } }),
            let trees = from.list(least: 25, { BoostedTrees.Tree(reading: &$0, features: binnings.count) })
        else { return nil }
        let horizons = Int(low)...Int(high)
        self.init(
            horizons: horizons, trees: BoostedTrees(trees: trees, binnings: binnings), residuals: residuals,
            skill: SeriesForecaster.Skill(
                horizons: horizons, error: error, persistenceError: persistenceError, trees: Int(count)))
    }
}

extension BoostedTrees.Tree {
    /// A tree whose nodes lead on to later nodes only, so that each walk through it ends.
    fileprivate init?(reading from: inout ByteReading, features: Int) {
        let nodes = from.list(least: 21) { from -> Node? in
            guard let feature = from.read(Int32.self), let bin = from.read(UInt8.self),
                let left = from.read(Int32.self), let right = from.read(Int32.self), let value = from.finite(),
                abs(value) < 1e6
            else { return nil }
            return Node(feature: feature, bin: bin, left: left, right: right, value: value)
        }
        guard let nodes, !nodes.isEmpty,
            nodes.enumerated().allSatisfy({ place, node in
                node.feature < 0
                    || Int(node.feature) < features && node.left > place && node.left < nodes.count
                        && node.right > place && node.right < nodes.count
            })
        else { return nil }
        self.init(nodes: nodes)
    }
}
