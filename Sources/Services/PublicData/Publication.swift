/// What an operator chose to publish: entities of one type, with these attributes and nothing else.
///
/// It is a document of the store; `PublicationReader` reads and checks it, `PublishedLayer` makes it usable.
public struct Publication: Sendable, Equatable {
    /// An attribute that is published, with its default instance, `unitCode` and `observedAt`.
    public struct Attribute: Sendable, Equatable {
        /// As the operator wrote it: a name of the core @context, or an IRI.
        public var name: String
        /// What people read; empty: the column.
        public var label = LocalText()
        /// Sub-attributes that are published with it.
        public var subAttributes: [String] = []
        /// Its name in tables, GeoJSON and tiles: the end of an IRI, else the name.
        public var column: String { Publication.shortName(name) }

        init(name: String) { self.name = name }
    }

    /// Whom a licence, a question or a complaint concerns.
    public struct Contact: Sendable, Equatable {
        public var name = ""
        public var email: String?
        public var url: String?
    }

    /// Small letters, digits and `-`, up to 64; it is the end of addresses.
    public var id: String
    public var title = LocalText()
    public var description = LocalText()
    /// Empty: the default tenant.
    public var tenant = ""
    public var type = ""
    public var q: String?
    public var scopeQ: String?
    /// West, south, east, north in degrees: entities whose geometry touches it.
    public var area: [Double]?
    public var attributes: [Attribute] = []
    /// Which of the attributes is drawn; `nil`: there is no map.
    public var geometryProperty: String?
    public var licence = ""
    public var publisher = Contact()
    public var contact = Contact()
    /// A code of the EU vocabulary of frequencies, such as `CONT`.
    public var updateFrequency = "UNKNOWN"
    /// Codes of the EU vocabulary of data themes, such as `TRAN`.
    public var themes: [String] = []
    public var keywords: [String] = []
    /// The attribute that says in which colour an entity is drawn.
    public var colourBy: String?
    /// Whom alerts are from in the CAP feed; `nil`: the entities are no alerts of the feed.
    public var capSender: String?

    init(id: String) { self.id = id }

    static func shortName(_ name: String) -> String {
        guard name.contains(":") else { return name }
        let end = name.split { $0 == "/" || $0 == "#" || $0 == ":" }.last.map(String.init) ?? name
        return end
    }
}

/// A text in one or more languages.
public struct LocalText: Sendable, Equatable {
    /// Language tags and texts, in the order of the tags.
    public var texts: [(language: String, text: String)] = []

    /// Texts by language tag, in any order.
    public init(_ texts: [(language: String, text: String)] = []) {
        self.texts = texts.sorted { $0.language < $1.language }
    }

    public var isEmpty: Bool { texts.isEmpty }

    /// The text in a language, else in English, else the first there is.
    public func text(_ language: String) -> String? {
        (texts.first { $0.language == language } ?? texts.first { $0.language == "en" } ?? texts.first)?.text
    }

    public static func == (left: LocalText, right: LocalText) -> Bool {
        left.texts.elementsEqual(right.texts) { $0.language == $1.language && $0.text == $1.text }
    }
}
