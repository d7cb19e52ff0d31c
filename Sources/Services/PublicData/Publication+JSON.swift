import JSONTree

extension Publication {
    /// The publication as it is kept and as operators see it.
    func append(to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        member("title", title, &writer)
        member("description", description, &writer)
        if !tenant.isEmpty { member("tenant", tenant, &writer) }
        member("type", type, &writer)
        member("q", q, &writer)
        member("scopeQ", scopeQ, &writer)
        if let area {
            writer.append(",\"area\":")
            writer.append(numbers: area)
        }
        writer.append(",\"attributes\":[")
        for (place, attribute) in attributes.enumerated() {
            if place > 0 { writer.append(",") }
            writer.append("{\"name\":")
            writer.append(jsonString: attribute.name)
            if !attribute.label.isEmpty { member("label", attribute.label, &writer) }
            if !attribute.subAttributes.isEmpty { member("subAttributes", attribute.subAttributes, &writer) }
            writer.append("}")
        }
        writer.append("]")
        member("geometryProperty", geometryProperty, &writer)
        member("licence", licence, &writer)
        member("publisher", publisher, &writer)
        if contact != Contact() { member("contact", contact, &writer) }
        member("updateFrequency", updateFrequency, &writer)
        if !themes.isEmpty { member("themes", themes, &writer) }
        if !keywords.isEmpty { member("keywords", keywords, &writer) }
        member("colourBy", colourBy, &writer)
        member("capSender", capSender, &writer)
        writer.append("}")
    }

    var json: [UInt8] {
        var writer = ByteWriter(capacity: 1_024)
        append(to: &writer)
        return writer.array()
    }

    private func member(_ name: String, _ text: String?, _ writer: inout ByteWriter) {
        guard let text else { return }
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":")
        writer.append(jsonString: text)
    }

    private func member(_ name: String, _ text: LocalText, _ writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":")
        writer.append(text)
    }

    private func member(_ name: String, _ texts: [String], _ writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":")
        writer.append(texts: texts)
    }

    private func member(_ name: String, _ contact: Contact, _ writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":{\"name\":")
        writer.append(jsonString: contact.name)
        member("email", contact.email, &writer)
        member("url", contact.url, &writer)
        writer.append("}")
    }
}

extension ByteWriter {
    /// Appends an object from languages to texts.
    mutating func append(_ text: LocalText) {
        append("{")
        for (place, one) in text.texts.enumerated() {
            if place > 0 { append(",") }
            append(jsonString: one.language)
            append(":")
            append(jsonString: one.text)
        }
        append("}")
    }

    mutating func append(texts: [String]) {
        append("[")
        for (place, text) in texts.enumerated() {
            if place > 0 { append(",") }
            append(jsonString: text)
        }
        append("]")
    }

    mutating func append(numbers: [Double]) {
        append("[")
        for (place, number) in numbers.enumerated() {
            if place > 0 { append(",") }
            append(number: number)
        }
        append("]")
    }
}
