import Foundation

/// The scale that values are forecast on: `log(value + offset)`.
///
/// The offset is a tenth of the median, which keeps small values from weighing too much.
public struct LogScale: Sendable, Equatable {
    /// In the values' unit; above 0.
    public let offset: Double

    init(offset: Double) { self.offset = offset.isFinite && offset > 0 ? offset : 1 }

    init(fitting values: [Double]) {
        let finite = values.filter { $0.isFinite && $0 > 0 }.sorted()
        self.init(offset: finite.isEmpty ? 1 : finite[finite.count / 2] / 10)
    }

    @inline(__always)
    func scaled(_ value: Double) -> Double { log(max(value, 0) + offset) }

    @inline(__always)
    func unscaled(_ scaled: Double) -> Double { max(0, exp(min(scaled, 600)) - offset) }

    /// All values on the scale; those that are not finite become `nan`.
    func column(_ values: [Double]) -> [Double] { values.map { $0.isFinite ? scaled($0) : .nan } }
}
