extension JSONDocument {
    /// Whether a number is written without fraction and exponent.
    public func isInteger(_ node: JSONNode) -> Bool {
        let entry = entry(node.index)
        return entry.isMarked && !entry.isContainer && !isString(node)
    }

    /// The number, or `nil` when the node is no number or does not fit a finite double.
    public func double(_ node: JSONNode) -> Double? {
        guard isNumber(node) else { return nil }
        return withBytes(range(node)) { JSONNumber.double($0) }
    }

    /// The number as an integer, or `nil` when it has a fraction, an exponent or does not fit.
    public func integer(_ node: JSONNode) -> Int? {
        guard isInteger(node) else { return nil }
        return withBytes(range(node)) { JSONNumber.integer($0) }
    }
}
