/// The daily tides of a town, each from 0 to about 1.
enum Rhythm {
    /// Motor traffic: two rush hours on working days, one long afternoon at the weekend.
    static func traffic(_ time: CityTime) -> Double {
        let hour = time.local.hour
        if time.isWeekend { return 0.05 + 0.5 * bump(hour, at: 15, width: 4.5) }
        return 0.05 + 0.75 * bump(hour, at: 8.2, width: 1.2) + 0.85 * bump(hour, at: 17.6, width: 1.6)
            + 0.4 * bump(hour, at: 13, width: 3)
    }

    /// People on foot in the centre: noon and evening, later and more at the weekend.
    static func strolling(_ time: CityTime) -> Double {
        let hour = time.local.hour
        if time.isWeekend { return 0.03 + 0.7 * bump(hour, at: 12, width: 2) + 0.9 * bump(hour, at: 16.5, width: 2.8) }
        return 0.03 + 0.8 * bump(hour, at: 12.6, width: 1.3) + 0.6 * bump(hour, at: 18, width: 1.8)
    }

    /// Bicycles: to work and back, and a little all day.
    static func cycling(_ time: CityTime) -> Double {
        let hour = time.local.hour
        if time.isWeekend { return 0.02 + 0.5 * bump(hour, at: 15, width: 3.5) }
        return 0.02 + 0.9 * bump(hour, at: 8, width: 0.9) + 0.8 * bump(hour, at: 17.8, width: 1.3)
            + 0.2 * bump(hour, at: 13, width: 3)
    }

    /// Cars that stand near offices.
    static func parkedAtWork(_ time: CityTime) -> Double {
        0.12 + (time.isWeekend ? 0.1 : 0.75) * plateau(time.local.hour, from: 8, to: 18)
    }

    /// Cars that stand near shops.
    static func parkedAtShops(_ time: CityTime) -> Double {
        0.1 + (time.isWeekend ? 0.8 : 0.6) * plateau(time.local.hour, from: 10.5, to: 19)
    }

    /// Cars that stand near homes: the other way round.
    static func parkedAtHome(_ time: CityTime) -> Double {
        0.92 - (time.isWeekend ? 0.25 : 0.5) * plateau(time.local.hour, from: 8, to: 18.5)
    }

    /// A bell curve over the clock, which goes round at midnight; 1 at its hour.
    static func bump(_ hour: Double, at centre: Double, width: Double) -> Double {
        let distance = min(abs(hour - centre), 24 - abs(hour - centre))
        return exponential(-(distance * distance) / (2 * width * width))
    }

    /// 1 between two hours of the day, 0 outside, with an hour's slope on both sides.
    static func plateau(_ hour: Double, from: Double, to: Double) -> Double {
        let rise = min(max((hour - from + 0.5), 0), 1)
        let fall = min(max((to + 0.5 - hour), 0), 1)
        let value = min(rise, fall)
        return value * value * (3 - 2 * value)
    }
}
