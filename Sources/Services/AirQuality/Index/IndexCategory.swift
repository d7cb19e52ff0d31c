/// A band of an index, with its official name and colour.
public struct IndexCategory: Sendable, Hashable {
    /// The greatest index value in it; `Int.max` for the last of an open index.
    public let upTo: Int
    /// The official English name, or the usual translation where the index has none.
    public let name: String
    public let frenchName: String
    /// `#RRGGBB`, as the index publishes it.
    public let colour: String
    /// How grave it is, for advice: 0 (good) to 5 (worst).
    public let severity: Int

    init(_ upTo: Int, _ name: String, _ frenchName: String, _ colour: String, severity: Int) {
        self.upTo = upTo
        self.name = name
        self.frenchName = frenchName
        self.colour = colour
        self.severity = severity
    }

    /// What people can do, in two sentences: for everybody, and for those more sensitive than others.
    public func advice(_ language: AdviceLanguage) -> HealthAdvice { HealthAdvice.of(severity: severity, language) }
}

/// Languages that advice is written in.
public enum AdviceLanguage: String, Sendable, Hashable, CaseIterable {
    case english = "en"
    case french = "fr"
}

/// What people can do about the air. Our own words; no authority's text.
public struct HealthAdvice: Sendable, Hashable {
    public let everybody: String
    /// Children, older people, pregnant women, and people with a disease of the heart or the lungs.
    public let sensitive: String

    static func of(severity: Int, _ language: AdviceLanguage) -> HealthAdvice {
        let texts = language == .english ? english : french
        return texts[min(max(severity, 0), texts.count - 1)]
    }

    private static let english = [
        HealthAdvice(everybody: "Enjoy being outdoors.", sensitive: "Enjoy being outdoors."),
        HealthAdvice(
            everybody: "Enjoy being outdoors.",
            sensitive: "If you notice cough or short breath, take it easier outdoors."),
        HealthAdvice(
            everybody: "Carry on; take it easier if your eyes, nose or throat sting.",
            sensitive: "Cut down long or hard exertion outdoors, and keep your medicine at hand."),
        HealthAdvice(
            everybody: "Cut down hard exertion outdoors, above all if you cough or your throat is sore.",
            sensitive: "Avoid hard exertion outdoors; choose streets and hours with less traffic."),
        HealthAdvice(
            everybody: "Avoid hard exertion outdoors, and shorten the time you spend there.",
            sensitive: "Stay indoors as much as you can, and follow your treatment plan."),
        HealthAdvice(
            everybody: "Stay indoors with windows closed where you can; put off exertion.",
            sensitive: "Stay indoors and rest; ask a doctor if you feel worse."),
    ]

    private static let french = [
        HealthAdvice(everybody: "Profitez du plein air.", sensitive: "Profitez du plein air."),
        HealthAdvice(
            everybody: "Profitez du plein air.",
            sensitive: "En cas de toux ou d'essoufflement, ménagez-vous à l'extérieur."),
        HealthAdvice(
            everybody: "Continuez normalement ; ralentissez si les yeux, le nez ou la gorge piquent.",
            sensitive: "Réduisez les efforts longs ou intenses à l'extérieur et gardez vos médicaments sur vous."),
        HealthAdvice(
            everybody: "Réduisez les efforts intenses à l'extérieur, surtout en cas de toux ou de gorge irritée.",
            sensitive: "Évitez les efforts intenses à l'extérieur ; préférez les rues et les heures moins chargées."),
        HealthAdvice(
            everybody: "Évitez les efforts intenses à l'extérieur et écourtez vos sorties.",
            sensitive: "Restez à l'intérieur autant que possible et suivez votre traitement."),
        HealthAdvice(
            everybody: "Restez si possible à l'intérieur, fenêtres fermées ; reportez les efforts.",
            sensitive: "Restez à l'intérieur au repos ; consultez un médecin si votre état s'aggrave."),
    ]
}
