import JSONTree
import NGSILDModel

extension DeliveryRecord.Values {
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append("{\"timesSent\":")
        writer.append(integer: timesSent)
        writer.append(",\"timesFailed\":")
        writer.append(integer: timesFailed)
        writer.append(",\"timesDropped\":")
        writer.append(integer: timesDropped)
        writer.append(",\"timesGivenUp\":")
        writer.append(integer: timesGivenUp)
        // A string, since JSON numbers are not safe beyond 2^53.
        writer.append(",\"deliveredThrough\":\"")
        writer.append(utf8: String(deliveredThrough))
        writer.append(UInt8(ascii: "\""))
        for (name, time) in [
            ("lastNotification", lastNotification), ("lastSuccess", lastSuccess), ("lastFailure", lastFailure),
        ] where time.isSet {
            writer.append(UInt8(ascii: ","))
            writer.append(jsonString: name)
            writer.append(UInt8(ascii: ":"))
            time.append(quotedTo: &writer)
        }
        if let lastError {
            writer.append(",\"lastError\":")
            writer.append(jsonString: lastError)
        }
        writer.append(UInt8(ascii: "}"))
        return writer.array()
    }

    /// What cannot be read counts as nothing yet.
    init(decoding bytes: [UInt8]) {
        self.init()
        guard let document = try? JSONDocument(parsing: bytes) else { return }
        func number(_ name: StaticString) -> Int {
            document.member(document.root, name).flatMap { document.integer($0) } ?? 0
        }
        func text(_ name: StaticString) -> String? {
            document.member(document.root, name).flatMap { document.string($0) }
        }
        func time(_ name: StaticString) -> Timestamp { text(name).flatMap { Timestamp($0) } ?? .none }
        timesSent = number("timesSent")
        timesFailed = number("timesFailed")
        timesDropped = number("timesDropped")
        timesGivenUp = number("timesGivenUp")
        deliveredThrough = text("deliveredThrough").flatMap { UInt64($0) } ?? 0
        lastNotification = time("lastNotification")
        lastSuccess = time("lastSuccess")
        lastFailure = time("lastFailure")
        lastError = text("lastError")
    }
}
