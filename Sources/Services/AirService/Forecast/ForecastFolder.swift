import AirQuality
import Foundation

/// Keeps what was learnt of stations in a folder, so that a start need not learn again.
///
/// A file for each station: a line of JSON that says what is in it, then the forecasters as bytes. What is missing, not
/// whole, of another form or of another station is as if it had not been kept.
struct ForecastFolder: Sendable {
    let path: String

    /// The first line of a file.
    private struct Header: Codable {
        /// Rises when the meaning of a file changes.
        static let form = 2

        var form = Header.form
        let tenant: String
        let station: String
        let checksum: UInt64
        let models: [ForecastModel.Summary]
    }

    /// No file is larger than what six pollutants with all columns may take.
    private static let mostBytes = 64 << 20
    private static let suffix = ".forecast"

    /// Writes a station's models in the place of those that were kept.
    func keep(_ models: [ForecastModel], of key: StationKey) throws {
        var bytes: [UInt8] = []
        let summaries = models.map { model in
            let kept = model.kept()
            bytes += kept.forecaster
            return kept.summary
        }
        let header = Header(
            tenant: key.tenant, station: key.id, checksum: Self.checksum(bytes), models: summaries)
        var data = try JSONEncoder().encode(header)
        data.append(UInt8(ascii: "\n"))
        data.append(contentsOf: bytes)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: file(key)), options: .atomic)
    }

    /// The models that were kept of a station; empty where there are none that can be used.
    func models(of key: StationKey) -> [ForecastModel] {
        let file = file(key)
        guard let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int, size <= Self.mostBytes,
            let data = FileManager.default.contents(atPath: file), let end = data.firstIndex(of: UInt8(ascii: "\n")),
            let header = try? JSONDecoder().decode(Header.self, from: data[..<end]), header.form == Header.form,
            header.tenant == key.tenant, header.station == key.id
        else { return [] }
        let bytes = [UInt8](data[(end + 1)...])
        guard Self.checksum(bytes) == header.checksum else { return [] }
        var models: [ForecastModel] = []
        var place = 0
        for summary in header.models {
            guard let count = summary.allBytes, count <= bytes.count - place,
                let model = ForecastModel(summary, forecaster: Array(bytes[place..<place + count]))
            else { return [] }
            models.append(model)
            place += count
        }
        return models
    }

    /// Removes what was kept of stations that are no longer there.
    func removeAll(but keys: some Sequence<StationKey>) {
        let known = Set(keys.map { Self.name(of: $0) })
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        where name.hasSuffix(Self.suffix) && !known.contains(name) {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }

    private func file(_ key: StationKey) -> String { "\(path)/\(Self.name(of: key))" }

    /// Ids may be longer than names of files; two that come to the same name tell by the header whose it is.
    private static func name(of key: StationKey) -> String {
        String(checksum(Array("\(key.tenant)\n\(key.id)".utf8)), radix: 16) + suffix
    }

    /// FNV-1a, 64 bits: tells torn and mixed up files, not forged ones.
    private static func checksum(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
