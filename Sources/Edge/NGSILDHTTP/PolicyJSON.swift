import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// A history policy as JSON.
struct PolicyJSON {
    let context: TermContext

    private static let tierLimit = 8
    private static let members: Set<String> = [
        "name", "type", "attribute", "record", "sampleEvery", "deadBand", "retention",
    ]

    func read(_ body: [UInt8], name: String) throws(NGSILDError) -> HistoryPolicy {
        let document: JSONDocument
        do { document = try JSONDocument(parsing: body) } catch {
            throw .invalidRequest("The body cannot be read as JSON: \(error)")
        }
        guard document.isObject(document.root) else { throw .badRequestData("A history policy is a JSON object") }
        var policy = HistoryPolicy(name: name)
        for (key, value) in document.members(document.root) {
            let key = document.string(key) ?? ""
            switch key {
            case "name":
                guard document.string(value) == name else { throw .badRequestData("name is not the one in the path") }
            case "type": policy.type = try iri(document.string(value), key)
            case "attribute": policy.attribute = try iri(document.string(value), key)
            case "record":
                switch document.text(value) {
                case "true": policy.isRecorded = true
                case "false": policy.isRecorded = false
                default: throw .badRequestData("record is true or false")
                }
            case "sampleEvery": policy.sampleEvery = try seconds(document.string(value), key)
            case "deadBand":
                guard let band = Double(document.text(value)), band.isFinite, band >= 0 else {
                    throw .badRequestData("deadBand is a number that is not negative")
                }
                policy.deadBand = band
            case "retention":
                guard document.isArray(value) else { throw .badRequestData("retention is an array of steps") }
                for step in document.elements(value) { policy.retention.append(try tier(document, step)) }
            default:
                throw .badRequestData(
                    "A history policy has no \(key); it has \(Self.members.sorted().joined(separator: ", "))")
            }
        }
        try check(policy.retention)
        return policy
    }

    private func iri(_ text: String?, _ key: String) throws(NGSILDError) -> String {
        guard let text, !text.isEmpty else { throw .badRequestData("\(key) is a name or an IRI") }
        return context.registry.iri(try context.term(text))
    }

    private func tier(_ document: JSONDocument, _ step: JSONNode) throws(NGSILDError) -> HistoryPolicy.Tier {
        guard document.isObject(step) else {
            throw .badRequestData("A step of retention is an object with every and keep, such as {\"keep\":\"P30D\"}")
        }
        var tier = HistoryPolicy.Tier()
        for (key, value) in document.members(step) {
            switch document.string(key) {
            case "every": tier.every = try seconds(document.string(value), "every", isExact: true)
            case "keep": tier.keep = try seconds(document.string(value), "keep")
            default: throw .badRequestData("A step of retention has every and keep, nothing else")
            }
        }
        return tier
    }

    /// - Parameter isExact: whether months, which differ in length, are refused.
    private func seconds(_ text: String?, _ key: String, isExact: Bool = false) throws(NGSILDError) -> Int {
        guard let text, let period = try? CalendarPeriod(parsing: text), !period.isZero,
            !isExact || period.months == 0
        else {
            throw .badRequestData(
                "\(key) is a duration of a second or more\(isExact ? " without months and years" : ""), such as PT1M, PT1H or P1D"
            )
        }
        // The mean month of the Gregorian calendar.
        return period.months * 2_629_746 + Int(period.microseconds / 1_000_000)
    }

    private func check(_ retention: [HistoryPolicy.Tier]) throws(NGSILDError) {
        guard retention.count <= Self.tierLimit else {
            throw .badRequestData("retention has at most \(Self.tierLimit) steps")
        }
        for (index, tier) in retention.enumerated() {
            if index < retention.count - 1, tier.keep == nil {
                throw .badRequestData("Only the last step of retention may be kept for ever; the others need keep")
            }
            if index == 0 {
                guard tier.every == nil else {
                    throw .badRequestData(
                        "The first step of retention is for instances as they came; it has keep and no every")
                }
                continue
            }
            guard let every = tier.every else {
                throw .badRequestData("The further steps of retention need every, the length of their periods")
            }
            let before = retention[index - 1]
            guard every % (before.every ?? 1) == 0, every > before.every ?? 0 else {
                throw .badRequestData("Each period of retention is a whole multiple of the one before")
            }
            if let keep = tier.keep, let earlier = before.keep, keep <= earlier {
                throw .badRequestData("Each step of retention is kept longer than the one before, counted from now")
            }
        }
    }

    static func append(_ policy: HistoryPolicy, to writer: inout ByteWriter) {
        writer.append("{\"name\":")
        writer.append(jsonString: policy.name)
        if let type = policy.type {
            writer.append(",\"type\":")
            writer.append(jsonString: type)
        }
        if let attribute = policy.attribute {
            writer.append(",\"attribute\":")
            writer.append(jsonString: attribute)
        }
        writer.append(utf8: ",\"record\":\(policy.isRecorded)")
        if let seconds = policy.sampleEvery { writer.append(utf8: ",\"sampleEvery\":\"\(duration(seconds))\"") }
        if let band = policy.deadBand { writer.append(utf8: ",\"deadBand\":\(band)") }
        if !policy.retention.isEmpty {
            writer.append(",\"retention\":")
            AnswerWriter.array(policy.retention, to: &writer) { tier, writer in
                var parts: [String] = []
                if let every = tier.every { parts.append("\"every\":\"\(duration(every))\"") }
                if let keep = tier.keep { parts.append("\"keep\":\"\(duration(keep))\"") }
                writer.append(utf8: "{\(parts.joined(separator: ","))}")
            }
        }
        writer.append("}")
    }

    /// `P30D`, `PT1H` and the like.
    private static func duration(_ seconds: Int) -> String {
        for (length, prefix, unit) in [(86_400, "P", "D"), (3_600, "PT", "H"), (60, "PT", "M")]
        where seconds % length == 0 {
            return "\(prefix)\(seconds / length)\(unit)"
        }
        return "PT\(seconds)S"
    }
}
