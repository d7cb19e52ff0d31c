package import JSONTree

/// Pieces of attributes that several importers write.
package enum AttributeWriter {
    package static func appendPoint(longitude: Double, latitude: Double, to writer: inout ByteWriter) {
        writer.append("{\"type\":\"Point\",\"coordinates\":[")
        writer.append(number: longitude)
        writer.append(UInt8(ascii: ","))
        writer.append(number: latitude)
        writer.append("]}")
    }

    /// The start of an attribute in normalized form, up to where its value begins: `"type":"Property","value":`.
    package static func opening(_ kind: AttributeKind) -> [UInt8] {
        Array("\"type\":\"\(kind.rawValue)\",\"\(kind.valueMember)\":".utf8)
    }

    /// What follows the value: `,"unitCode":"GQ"`, or nothing.
    package static func unit(_ unitCode: String?) -> [UInt8] {
        guard let unitCode else { return [] }
        var writer = ByteWriter()
        writer.append(",\"unitCode\":")
        writer.append(jsonString: unitCode)
        return writer.array()
    }

    /// `,"name":`
    package static func name(_ name: String) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt8(ascii: ","))
        writer.append(jsonString: name)
        writer.append(UInt8(ascii: ":"))
        return writer.array()
    }

    /// `,"@context":[...]`, or nothing when there is no URL.
    package static func context(_ urls: [String]) -> [UInt8] {
        guard !urls.isEmpty else { return [] }
        var writer = ByteWriter()
        writer.append(",\"@context\":[")
        for (index, url) in urls.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(jsonString: url)
        }
        writer.append(UInt8(ascii: "]"))
        return writer.array()
    }
}
