/// The list that `PersonalData` judges by. `docs/freedom.md` and a test keep it.
enum PersonalDataNames {
    /// Words of a name that follow each other, each one of several.
    struct Pattern {
        let reason: PersonalData.Reason
        let words: [Set<String>]

        init(_ reason: PersonalData.Reason, _ words: String...) {
            self.reason = reason
            self.words = words.map { Set($0.split(separator: "|").map(String.init)) }
        }

        func occurs(in name: [String]) -> Bool {
            guard name.count >= words.count else { return false }
            return (0...(name.count - words.count)).contains { start in
                zip(words, name[start...]).allSatisfy { $0.contains($1) }
            }
        }
    }

    /// Who a person may be. Not `owner`: that is mostly an organisation.
    private static let people =
        "person|persons|citizen|citizens|resident|driver|passenger|patient|visitor|suspect|employee|student|voter|individual"
    /// Those who go about, as opposed to what is built for them: a `pedestrianTrack` is a way.
    private static let goers = people + "|pedestrian|cyclist|traveller|traveler|rider|people"
    private static let measures =
        "id|ids|identifier|embedding|embeddings|vector|vectors|descriptor|descriptors|encoding|encodings|template|templates|print|prints|hash|image|images|picture|crop|recognition|match|matches|signature|features|biometric|biometrics"

    static let patterns: [Pattern] = [
        Pattern(.biometry, "face|facial|faces|gait|voice|visage|palm|fingerprint", measures),
        // Not their ids: an IRIS is a district in French statistics.
        Pattern(.biometry, "iris|retina", "embedding|template|recognition|scan|biometric|image|hash"),
        Pattern(.biometry, "finger|palm|voice|face", "print|prints"),
        Pattern(.biometry, "empreinte|empreintes", "digitale|digitales|vocale|faciale"),
        Pattern(.biometry, "reconnaissance", "faciale|vocale"),
        Pattern(.biometry, "facial|face", "expression|emotion"),
        Pattern(.biometry, goers, "reidentification|reid|embedding|appearance"),
        Pattern(.plate, "license|licence|number|registration|vehicle|car|truck", "plate|plates"),
        Pattern(.plate, "plate|plates", "number|numbers|text|hash|hashes|id|identifier|read|reading|readings|string"),
        Pattern(.plate, "vehicle|car", "registration"),
        Pattern(.plate, "plaque|plaques|numero", "immatriculation|mineralogique"),
        Pattern(.plate, "anpr|alpr|lpr", "read|reads|text|result|results|plate|plates|value|string"),
        Pattern(.device, "mac", "address|addresses|addr|hash|hashes"),
        Pattern(.device, "adresse", "mac"),
        Pattern(.device, "bluetooth|ble|wifi|phone|handset|smartphone", "address|addresses|mac|macs"),
        Pattern(.device, "phone|handset|smartphone|advertising|advertiser", "id|ids|identifier"),
        Pattern(.name, "first|given|family|middle|maiden|last", "name|names"),
        Pattern(.name, goers, "name|names|surname|photo|picture|email|phone|telephone|birth|birthdate"),
        Pattern(.name, "birth", "name|date|day"),
        Pattern(.name, "date", "of", "birth"),
        Pattern(.name, "nom", "de", "famille"),
        Pattern(.name, "date", "naissance"),
        Pattern(.name, "date", "de", "naissance"),
        Pattern(.number, goers, "id|ids|identifier|identifiers|uuid"),
        Pattern(.number, "national|personal|identity|social", "id|identity|number|security|insurance|card"),
        Pattern(.number, "passport", "number|id|no"),
        Pattern(.number, "driver|drivers|driving", "license|licence"),
        Pattern(.number, "numero", "securite|insee|fiscal|passeport"),
        Pattern(.number, "numero", "de", "securite|passeport"),
        Pattern(.conviction, "ethnic|racial", "origin|group|background|identity|profile"),
        Pattern(.conviction, "political", "opinion|opinions|affiliation|party|view|views|leaning|preference"),
        Pattern(.conviction, "religious", "belief|beliefs|affiliation|group"),
        Pattern(.conviction, goers, "religion|ethnicity|race|party"),
        Pattern(.conviction, "sexual", "orientation"),
        Pattern(.conviction, "trade", "union"),
        Pattern(.conviction, "union", "membership"),
        Pattern(.conviction, "skin", "color|colour|tone"),
        Pattern(.conviction, "criminal", "record|history"),
        Pattern(.score, "social|citizen|resident|loyalty|trustworthiness|behavior|behaviour", "score|credit|rank"),
        Pattern(.score, people, "score|rating|risk|rank|profile|profiles"),
        Pattern(.movement, goers, "trajectory|trajectories|trace|traces|whereabouts"),
        Pattern(.movement, people, "location|locations|position|positions|track|tracks"),
        Pattern(.movement, "trajectory|trajectories|track|location|movement", "of", goers),
    ]

    /// Names as a whole, their words put together.
    static let whole: [String: PersonalData.Reason] = {
        var result: [String: PersonalData.Reason] = [:]
        for (reason, names) in [
            (
                .biometry,
                "gait gaits faceprint faceprints voiceprint voiceprints fingerprint fingerprints biometrics biometric"
            ),
            (.biometry, "emotion emotions facialexpression"),
            (
                .plate,
                "licenseplate licenceplate numberplate platenumber vehicleplateidentifier immatriculation kennzeichen matricula"
            ),
            (.device, "macaddress macaddr bluetoothaddress imei imeis imsi imsis msisdn idfa gaid aaid"),
            (
                .name,
                "firstname lastname surname givenname familyname middlename maidenname prenom birthdate birthday dateofbirth"
            ),
            (.number, "ssn nationalid passportnumber socialsecuritynumber taxpayerid"),
            (.conviction, "ethnicity ethnicorigin sexualorientation politicalopinion caste nationality"),
            (.score, "socialcredit socialscore creditscore"),
            (.movement, "locationhistory"),
        ] as [(PersonalData.Reason, String)] {
            for name in names.split(separator: " ") { result[String(name)] = reason }
        }
        return result
    }()

    /// Types of entities that would be a person.
    static let types = Set(
        "person persons naturalperson individual citizen resident inhabitant patient passenger pedestrian suspect offender protester voter pupil trackedperson detectedperson identifiedperson personne citoyen habitant"
            .split(separator: " ").map(String.init))

    static let plainLetters: [String: String] = [
        "é": "e", "è": "e", "ê": "e", "ë": "e", "à": "a", "â": "a", "ä": "a", "á": "a", "î": "i", "ï": "i", "í": "i",
        "ô": "o", "ö": "o", "ó": "o", "û": "u", "ù": "u", "ü": "u", "ú": "u", "ç": "c", "ñ": "n",
    ]
}
