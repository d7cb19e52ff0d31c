extension Double {
    /// The number to twelve significant digits, which hides the noise of binary fractions behind a scale.
    package var roundedToTwelveDigits: Double {
        guard self != 0, isFinite else { return self }
        return Double(formatted: self) ?? self
    }

    private init?(formatted value: Double) {
        var magnitude = 0
        var probe = abs(value)
        while probe >= 10, magnitude < 308 {
            probe /= 10
            magnitude += 1
        }
        while probe < 1, magnitude > -290 {
            probe *= 10
            magnitude -= 1
        }
        let shift = 11 - magnitude
        guard abs(shift) <= 300 else { return nil }
        let power = Self.power(abs(shift))
        self = shift >= 0 ? (value * power).rounded() / power : (value / power).rounded() * power
        guard isFinite else { return nil }
    }

    private static func power(_ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<exponent { result *= 10 }
        return result
    }
}
