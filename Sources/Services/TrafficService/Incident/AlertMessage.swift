import GeoJSON
import NGSILDModel
import ServiceRuntime

/// The words of the service's alerts, in English and French.
///
/// Numbers in them move in steps, and times by quarters of an hour, so that an alert that lasts is not written anew with
/// each reading.
struct AlertMessage {
    let kind: TrafficIncident.Kind
    /// `nil` once it is over.
    let incident: TrafficIncident?
    let placeName: String
    let facts: RoadSegmentFacts

    private static let stepSeconds = 900.0

    /// `urn:ngsi-ld:Alert:trafficJam:` and the id of the segment or detector without its own `urn:ngsi-ld:`.
    ///
    /// - Returns: `nil` where that would be longer than an id may be.
    static func id(_ kind: TrafficIncident.Kind, of subject: String) -> String? {
        ResultEntity.id("Alert", kind.rawValue, of: subject)
    }

    func alert(source: String, now: Timestamp) -> CityAlert {
        var alert = CityAlert(
            category: "traffic", subCategory: kind.rawValue, capCategories: ["Transport"],
            onset: incident?.onset ?? now, now: now, text: text, source: source, placeName: placeName)
        alert.isRaised = incident != nil
        switch kind {
        case .jam: alert.severity = .moderate
        case .drop: alert.severity = .severe
        case .fault:
            alert.severity = .minor
            alert.urgency = "Expected"
        }
        alert.expires = incident.map(Self.expires)
        alert.location = facts.location
        if let place = facts.position {
            // CAP writes latitude first, and a radius in kilometres.
            let radius = max(0.1, ((facts.lengthMetres ?? 0) / 200).rounded(.up) / 10)
            alert.circle = "\(place.latitude),\(place.longitude) \(radius)"
        }
        alert.infos = [info(isFrench: false), info(isFrench: true)]
        return alert
    }

    /// A fault stands until it is mended; others half an hour after the last reading that showed them.
    private static func expires(_ incident: TrafficIncident) -> Timestamp {
        if incident.kind == .fault { return incident.onset.adding(seconds: 30 * 86_400) }
        let steps = (incident.last.seconds(since: incident.onset) / stepSeconds).rounded(.up)
        return incident.onset.adding(seconds: steps * stepSeconds + TrafficEngine.alertSeconds)
    }

    private func info(isFrench: Bool) -> CityAlert.Info {
        CityAlert.Info(
            language: isFrench ? "fr" : "en", event: event(isFrench), headline: headline(isFrench),
            description: incident.map { description($0, isFrench) })
    }

    private var text: String {
        guard let incident else { return headline(false) }
        return "\(headline(false)). \(description(incident, false))"
    }

    private func event(_ isFrench: Bool) -> String {
        switch kind {
        case .jam: isFrench ? "Bouchon" : "Traffic jam"
        case .drop: isFrench ? "Chute soudaine de la vitesse" : "Sudden drop of speed"
        case .fault: isFrench ? "Capteur de trafic en défaut" : "Faulty traffic detector"
        }
    }

    private func headline(_ isFrench: Bool) -> String {
        let event = event(isFrench)
        if incident == nil { return isFrench ? "Fin : \(event), \(placeName)" : "\(event) is over: \(placeName)" }
        return isFrench ? "\(event) : \(placeName)" : "\(event): \(placeName)"
    }

    private func description(_ incident: TrafficIncident, _ isFrench: Bool) -> String {
        let since = incident.onset.text
        let speed = incident.lowestSpeed.map { Int(max(0, min($0, 999)) / 5) * 5 + 5 }
        let reference = incident.reference.map { Int(max(0, min($0, 999)).rounded()) }
        switch kind {
        case .fault:
            // Reasons of faults are for operators, in English.
            return incident.reason ?? ""
        case .jam:
            guard let speed, let reference else {
                return isFrench
                    ? "Des véhicules stationnent sur les capteurs depuis \(since)."
                    : "Vehicles have been standing on the detectors since \(since)."
            }
            return isFrench
                ? "Vitesse inférieure à \(speed) km/h depuis \(since) ; vitesse libre : \(reference) km/h."
                : "Slower than \(speed) km/h since \(since); traffic flows freely at \(reference) km/h."
        case .drop:
            let (speed, reference) = (speed ?? 0, reference ?? 0)
            return isFrench
                ? "La vitesse est tombée de \(reference) à moins de \(speed) km/h à \(since), avec une occupation en hausse."
                : "Speed fell from \(reference) to below \(speed) km/h at \(since), while occupancy rose."
        }
    }
}
