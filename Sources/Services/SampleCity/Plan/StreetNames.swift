/// Names for the streets of a town: plants, crafts and places, never persons.
enum StreetNames {
    static let avenues = [
        "Avenue de la Gare", "Avenue du Marais", "Avenue des Tilleuls", "Avenue de la République",
        "Avenue de l'Océan", "Avenue des Salines", "Avenue du Moulin", "Avenue de la Forêt",
    ]
    static let square = "Place du Parvis"
    static let ramparts = "Boulevard des Remparts"
    static let boulevard = "Boulevard Circulaire"
    static let ringRoad = "Rocade"
    static let oldRing = "Rue du Tour de Ville"
    static let river = "La Parvenne"

    private static let plants = [
        "Acacias", "Ajoncs", "Aubépines", "Bleuets", "Bruyères", "Camélias", "Cèdres", "Charmes", "Châtaigniers",
        "Chênes", "Coquelicots", "Érables", "Fougères", "Frênes", "Genêts", "Glycines", "Hêtres", "Hortensias", "Houx",
        "Iris", "Jasmins", "Jonquilles", "Lavandes", "Lilas", "Magnolias", "Mimosas", "Muguets", "Noisetiers", "Ormes",
        "Peupliers", "Pins", "Platanes", "Pommiers", "Primevères", "Roseaux", "Saules", "Sorbiers", "Sureaux",
        "Tamaris", "Troènes", "Tulipes", "Violettes",
    ]
    private static let crafts = [
        "Boulangers", "Bateliers", "Charpentiers", "Chaudronniers", "Cordeliers", "Drapiers", "Forgerons", "Jardiniers",
        "Laboureurs", "Mariniers", "Meuniers", "Orfèvres", "Paludiers", "Pêcheurs", "Potiers", "Sabotiers", "Tanneurs",
        "Teinturiers", "Tisserands", "Tonneliers", "Tuiliers", "Vanniers", "Verriers", "Vignerons",
    ]
    private static let places = [
        "du Puits", "de la Fontaine", "du Lavoir", "de la Halle", "du Beffroi", "de l'Horloge", "du Vieux Pont",
        "de l'Écluse", "du Quai", "de la Grève", "du Phare", "de la Dune", "du Verger", "de la Prairie", "du Colombier",
        "de la Tuilerie", "du Pressoir", "de la Glacière", "du Théâtre", "des Écoles", "de la Poste", "du Stade",
        "du Lycée", "de l'Observatoire",
    ]

    /// The name of the street with a number, different for every number.
    static func street(_ number: Int) -> String {
        let all = plants.map { "Rue des \($0)" } + crafts.map { "Rue des \($0)" } + places.map { "Rue \($0)" }
        // A step that has no divisor in common with the number of names visits each of them once.
        let name = all[number * 37 % all.count]
        let rounds = ["Rue", "Allée", "Chemin", "Impasse", "Passage", "Sentier"]
        let round = number / all.count
        let kind = rounds[round % rounds.count] + name.dropFirst(3)
        return round < rounds.count ? kind : "\(kind) \(round / rounds.count + 1)"
    }

    /// What people call a stop in a street: the name without the kind of street.
    static func short(_ street: String) -> String {
        let words = street.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return street }
        for article in ["des ", "du ", "de la ", "de l'"] where words[1].hasPrefix(article) {
            return String(words[1].dropFirst(article.count))
        }
        return String(words[1])
    }
}
