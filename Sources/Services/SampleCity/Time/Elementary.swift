#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// Angles are in degrees everywhere in this target.

func sine(_ degrees: Double) -> Double { sin(degrees * .pi / 180) }
func cosine(_ degrees: Double) -> Double { cos(degrees * .pi / 180) }
func arcsine(_ value: Double) -> Double { asin(min(1, max(-1, value))) * 180 / .pi }
/// The direction of a step in degrees, counter-clockwise from east.
func angle(dx: Double, dy: Double) -> Double { atan2(dy, dx) * 180 / .pi }
func exponential(_ value: Double) -> Double { exp(value) }

extension Double {
    /// Rounded to a number of decimals.
    func rounded(to decimals: Int) -> Double {
        var power = 1.0
        for _ in 0..<decimals { power *= 10 }
        return (self * power).rounded() / power
    }
}
