/// A measurement beside the forecast one, as a table has it.
public struct MeasuredColumn: Sendable {
    public var name: String
    public var values: [Double]

    public init(name: String, values: [Double]) {
        self.name = name
        self.values = values
    }
}
