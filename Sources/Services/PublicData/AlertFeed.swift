import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// The alerts of publications with a `capSender`: an Atom feed, and a CAP message for each alert.
struct AlertFeed {
    /// Alerts that are over stay in the feed for a day, so that readers learn of their end.
    private static let pastSeconds = 86_400.0
    private static let entryLimit = 200
    private static let scanLimit = 20_000
    private static let referenceLimit = 20

    let layers: [PublishedLayer]
    let consumption: any EntityConsumption
    /// `nil` where no history is kept: messages then name no earlier ones.
    let history: EntityHistory?

    private func message(_ entity: PublishedEntity, _ layer: PublishedLayer) -> CAPMessage? {
        guard let sender = layer.publication.capSender else { return nil }
        return CAPMessage(sender: sender, senderName: layer.publication.publisher.name, entity: entity)
    }

    /// - Parameters:
    ///   - root: where `/public/` is.
    ///   - placeName: who publishes.
    func atom(root: String, placeName: String, language: PublicLanguage, now: Timestamp) throws(NGSILDError) -> [UInt8]
    {
        var found: [(message: CAPMessage, sent: Timestamp)] = []
        for layer in layers { try collect(layer, now, &found) }
        found.sort { ($0.sent, $1.message.entity.id) > ($1.sent, $0.message.entity.id) }
        var writer = ByteWriter(capacity: 8_192)
        writer.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">")
        writer.append(element: "id", root + "alerts.atom")
        writer.append(element: "title", language.words("Alerts: {0}", placeName))
        writer.append(element: "updated", found.first?.sent.text ?? "1970-01-01T00:00:00Z")
        writer.append("<author>")
        writer.append(element: "name", layers.first?.publication.publisher.name ?? placeName)
        writer.append("</author><link rel=\"self\" type=\"application/atom+xml\" href=\"")
        writer.append(markup: root + "alerts.atom")
        writer.append("\"/>")
        for (message, sent) in found.prefix(Self.entryLimit) {
            let url = root + "alerts/" + PercentCoding.encode(message.entity.id) + ".cap.xml"
            writer.append("<entry>")
            writer.append(element: "id", url + "#" + String(sent.microseconds / 1_000_000))
            writer.append(element: "title", message.headline)
            writer.append(element: "updated", sent.text)
            writer.append("<link rel=\"alternate\" type=\"application/cap+xml\" href=\"")
            writer.append(markup: url)
            writer.append("\"/>")
            writer.append(element: "summary", message.summary)
            writer.append("</entry>")
        }
        writer.append("</feed>\n")
        return writer.array()
    }

    private func collect(
        _ layer: PublishedLayer, _ now: Timestamp, _ found: inout [(message: CAPMessage, sent: Timestamp)]
    ) throws(NGSILDError) {
        var after: Int64?
        var seen = 0
        while seen < Self.scanLimit {
            let page = try layer.page(consumption, after: after, limit: 200)
            for record in page.entities {
                let entity = PublishedEntity(record, of: layer)
                guard let message = message(entity, layer), let sent = message.sent,
                    message.isRaised || sent >= now.adding(seconds: -Self.pastSeconds)
                else { continue }
                found.append((message, sent))
            }
            // The newest are shown, so no more than those need to be held.
            if found.count > 10 * Self.entryLimit {
                found.sort { $0.sent > $1.sent }
                found.removeLast(found.count - Self.entryLimit)
            }
            seen += page.entities.count
            guard page.hasMore, let last = page.last else { return }
            after = last
        }
    }

    /// The message of an alert as it is now; `nil` where there is no such alert.
    func cap(_ id: String) async throws(NGSILDError) -> [UInt8]? {
        for layer in layers {
            guard let record = try layer.entity(consumption, id: id) else { continue }
            let entity = PublishedEntity(record, of: layer)
            guard var message = message(entity, layer), let sent = message.sent else { continue }
            message.earlier = await earlier(entity, layer, before: sent)
            return message.xml(sent)
        }
        return nil
    }

    /// When the alert was told of before, since it was raised: what `dateIssued` was in its history.
    private func earlier(
        _ entity: PublishedEntity, _ layer: PublishedLayer, before sent: Timestamp
    ) async -> [Timestamp] {
        guard let history, let issued = layer.attributes.first(where: { $0.column == "dateIssued" })?.term else {
            return []
        }
        let onset = CAPMessage.time(entity, "validFrom") ?? sent.adding(seconds: -Self.pastSeconds)
        let instances = try? await history.instances(
            of: entity.id, [issued], tenant: layer.tenant, from: onset.adding(seconds: -3_600), to: nil,
            timeproperty: "modifiedAt", limit: 1_000)
        var times: Set<Timestamp> = []
        for attribute in instances ?? [] {
            for root in attribute.instances.roots {
                let json = Array(attribute.instances.valueText(of: root).utf8)
                guard let time = CAPMessage.time(json), time < sent, time >= onset.adding(seconds: -1) else { continue }
                times.insert(time)
            }
        }
        return times.sorted().suffix(Self.referenceLimit)
    }
}
