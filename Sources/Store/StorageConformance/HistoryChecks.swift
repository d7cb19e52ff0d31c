import BrokerStorage
import NGSILDModel

extension HistoryChunk {
    static func of(
        _ entity: String, _ range: ClosedRange<Int64>, _ body: [UInt8] = [1], tenant: String = "",
        attribute: UInt32 = 1, dataset: String = ""
    ) -> HistoryChunk {
        HistoryChunk(
            series: SeriesKey(tenant: tenant, entity: entity, attribute: TermID(attribute), dataset: dataset),
            start: Timestamp(microseconds: range.lowerBound), end: Timestamp(microseconds: range.upperBound),
            count: max(1, Int(range.upperBound &- range.lowerBound)), body: body)
    }
}

extension BrokerStorage {
    func chunks(
        _ series: SeriesKey, from: Int64 = .min, to: Int64 = .min, newestFirst: Bool = false, limit: Int = .max
    ) throws -> [HistoryChunk] {
        try historyChunks(
            series, from: Timestamp(microseconds: from), to: Timestamp(microseconds: to), newestFirst: newestFirst,
            limit: limit)
    }
}

extension StorageConformance {
    static let historyChecks: [StorageCheck] = [
        .store("history is found by overlap with a range, ends included") { store in
            // One long chunk lies over shorter ones.
            let chunks = [
                HistoryChunk.of("urn:a", -100...(-50)), .of("urn:a", 0...10), .of("urn:a", 5...100),
                .of("urn:a", 20...30),
                .of("urn:a", 40...40), .of("urn:a", 110...120),
            ]
            try store.write(.with { $0.history = chunks.reversed() })
            let series = chunks[0].series
            for from: Int64 in [.min, -101, -100, -50, -49, 0, 10, 11, 30, 31, 40, 41, 100, 101, 120, 121, .max] {
                for to: Int64 in [.min, -101, -100, -1, 0, 4, 5, 20, 40, 109, 110, 130, .max] {
                    let expected = chunks.filter {
                        $0.end.microseconds >= from && (to == .min || $0.start.microseconds <= to)
                    }
                    try expectEqual(try store.chunks(series, from: from, to: to), expected, "\(from) to \(to)")
                    try expectEqual(
                        try store.chunks(series, from: from, to: to, newestFirst: true), expected.reversed(),
                        "\(from) to \(to), newest first")
                }
            }
        },
        .store("the limit keeps the oldest, or the newest") { store in
            let chunks = (0..<10).map { HistoryChunk.of("urn:a", $0 * 10...$0 * 10 + 9) }
            try store.write(.with { $0.history = chunks })
            let series = chunks[0].series
            try expectEqual(try store.chunks(series, limit: 3), Array(chunks[..<3]), "oldest")
            try expectEqual(
                try store.chunks(series, newestFirst: true, limit: 3), [chunks[9], chunks[8], chunks[7]], "newest")
            try expectEqual(try store.chunks(series, from: 35, limit: 2), [chunks[3], chunks[4]], "from")
            try expectEqual(try store.chunks(series, limit: 0), [], "none")
        },
        .store("the newest chunks of many series come in their order") { store in
            let chunks = [
                HistoryChunk.of("urn:a", 0...9), .of("urn:a", 10...19), .of("urn:b", 5...6),
                .of("urn:b", 1...2, attribute: 2), .of("urn:b", 3...4, attribute: 2, dataset: "urn:d"),
            ]
            try store.write(.with { $0.history = chunks.reversed() })
            let asked = [chunks[4], .of("urn:c", 0...1), chunks[0], chunks[3], chunks[2], chunks[0]].map(\.series)
            try expectEqual(
                try store.newestHistoryChunks(asked),
                [chunks[4], nil, chunks[1], chunks[3], chunks[2], chunks[1]], "in order")
            try expectEqual(try store.newestHistoryChunks([]), [], "none asked for")
        },
        .store("a chunk with the same start replaces the stored one, also a longer or shorter one") { store in
            let series = HistoryChunk.of("urn:a", 0...9).series
            try store.write(.with { $0.history = [.of("urn:a", 0...9, [1])] })
            try store.write(.with { $0.history = [.of("urn:a", 0...900, [2, 3])] })
            try expectEqual(try store.chunks(series, from: 800), [.of("urn:a", 0...900, [2, 3])], "longer")
            try store.write(.with { $0.history = [.of("urn:a", 0...5, [])] })
            try expectEqual(try store.chunks(series), [.of("urn:a", 0...5, [])], "shorter, and empty")
            try expectEqual(try store.chunks(series, from: 6), [], "after it")
            try expectEqual(try store.statistics().historyChunks, 1, "counted")
        },
        .store("a chunk without samples removes the one with its start") { store in
            let chunk = HistoryChunk.of("urn:a", 0...9)
            func empty(_ start: Int64) -> HistoryChunk {
                let time = Timestamp(microseconds: start)
                return HistoryChunk(series: chunk.series, start: time, end: time, count: 0, body: [])
            }
            try store.write(.with { $0.history = [chunk, .of("urn:a", 10...19)] })
            try store.write(.with { $0.history = [empty(0), empty(5)] })
            try expectEqual(try store.chunks(chunk.series), [.of("urn:a", 10...19)], "removed")
            try store.write(.with { $0.history = [empty(10), .of("urn:a", 30...31)] })
            try expectEqual(try store.chunks(chunk.series), [.of("urn:a", 30...31)], "beside another")
        },
        .store("all series are listed by pages") { store in
            let chunks = (0..<5).map { HistoryChunk.of("urn:\($0)", 0...1, tenant: $0 == 3 ? "north" : "") }
            for chunk in chunks { try store.write(.with { $0.history = [chunk] }) }
            var position: UInt64 = 0
            var found: [SeriesKey] = []
            while let page = Optional(try store.historySeries(after: position, limit: 2)), let last = page.last {
                found += page.map(\.key)
                position = last.position
            }
            try expectEqual(Set(found), Set(chunks.map(\.series)), "all")
            try expectEqual(found.count, 5, "each once")
        },
        .store("series differ by tenant, entity, attribute and dataset") { store in
            let chunks = [
                HistoryChunk.of("urn:a", 0...1, [1]), .of("urn:b", 0...1, [2]), .of("urn:a", 0...1, [3], attribute: 2),
                .of("urn:a", 0...1, [4], dataset: "urn:d"), .of("urn:a", 0...1, [5], tenant: "north"),
                .of("urn:a", 0...1, [6], attribute: .max, dataset: "urn:c"),
            ]
            try store.write(.with { $0.history = chunks })
            for chunk in chunks { try expectEqual(try store.chunks(chunk.series), [chunk], "\(chunk.series)") }
            try expectEqual(
                try store.historySeries(tenant: "", entity: "urn:a"),
                [chunks[0], chunks[3], chunks[2], chunks[5]].map(\.series), "series of an entity")
            try expectEqual(try store.historySeries(tenant: "", entity: "urn:none"), [], "series of none")
            try expectEqual(try store.historySeries(tenant: "none", entity: "urn:a"), [], "series of no tenant")
        },
        .store("history outlives its entity") { store in
            try store.write(
                .with {
                    $0.entities = [.create("urn:a")]
                    $0.history = [.of("urn:a", 0...1)]
                })
            try store.write(.delete("urn:a", at: 1))
            try expectEqual(try store.chunks(HistoryChunk.of("urn:a", 0...1).series).count, 1, "chunks")
        },
        .store("the widest times do no harm") { store in
            let chunk = HistoryChunk.of("urn:a", (.min + 1)...(.max))
            try store.write(.with { $0.history = [chunk, .of("urn:a", 5...6)] })
            try expectEqual(try store.chunks(chunk.series, from: 7, to: 8), [chunk], "in the middle")
            try expectEqual(try store.chunks(chunk.series, from: .max).count, 1, "at the end")
        },
    ]
}
