/// Reads the field types of GTFS: times, dates, coordinates and enumerations.
enum GTFSValues {
    /// A time of the service day as `HH:MM:SS`, which may pass 24:00:00; `nil` when the cell holds none.
    static func time(_ cell: UnsafeBufferPointer<UInt8>) -> String? {
        let parts = cell.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, 1...3 ~= parts[0].count, parts[1].count == 2, parts[2].count == 2,
            parts.allSatisfy({ $0.allSatisfy(CellNumber.isDigit) })
        else { return nil }
        let sixty = UInt8(ascii: "6")
        guard let minutes = parts[1].first, let seconds = parts[2].first, minutes < sixty, seconds < sixty else {
            return nil
        }
        let text = String(decoding: cell, as: UTF8.self)
        return parts[0].count == 1 ? "0" + text : text
    }

    /// A date, written `YYYYMMDD` in GTFS, as `YYYY-MM-DD`; `nil` when there is no such day.
    static func date(_ cell: UnsafeBufferPointer<UInt8>) -> String? {
        guard cell.count == 8, cell.allSatisfy(CellNumber.isDigit), let number = CellNumber.integer(cell) else {
            return nil
        }
        guard CivilTime(year: number / 10_000, month: number / 100 % 100, day: number % 100).isValid else { return nil }
        let text = String(decoding: cell, as: UTF8.self)
        return "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
    }

    /// Longitude and latitude in degrees, WGS 84; `nil` when they are no numbers, out of range, or both 0, which stands
    /// for a position that nobody filled in.
    static func position(
        longitude: UnsafeBufferPointer<UInt8>, latitude: UnsafeBufferPointer<UInt8>
    ) -> (longitude: Double, latitude: Double)? {
        guard let x = CellNumber.double(longitude), let y = CellNumber.double(latitude), abs(x) <= 180, abs(y) <= 90,
            x != 0 || y != 0
        else { return nil }
        return (x, y)
    }

    /// A whole number that is not negative; `nil` when the cell holds none.
    static func count(_ cell: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let value = CellNumber.integer(cell), value >= 0 else { return nil }
        return value
    }
}
