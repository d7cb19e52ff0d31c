import JSONTree
import NGSILDModel

/// The member `notification`, and what else says how notifications are written.
///
/// - Source: CIM 009 clauses 4.21, 4.5.23, 5.2.12, 5.2.14.
extension SubscriptionReader {
    func form() throws(NGSILDError) -> NotificationForm {
        var form = NotificationForm()
        form.retrieval = try retrieval()
        form.representation = try representation(levels: form.retrieval?.levels ?? 0)
        form.showsChanges = try bool("notification.showChanges") ?? false
        if form.showsChanges, form.representation.form == .simplified {
            throw .badRequestData(
                "\"showChanges\" has no place in the simplified format; use \"normalized\" or \"concise\"")
        }
        if let version = try text("ngsildConformance") {
            guard let version = SpecificationVersion(version) else {
                throw .badRequestData("\"ngsildConformance\" is a version of the specification, as in \"1.6\"")
            }
            form.conformance = version
        }
        return form
    }

    private func representation(levels: Int) throws(NGSILDError) -> EntityRepresentation {
        var result = EntityRepresentation()
        switch try text("notification.format") {
        case nil, "normalized": break
        case "keyValues", "simplified": result.form = .simplified
        case "concise": result.form = .concise
        case let format?:
            throw .badRequestData(
                "\"\(format)\" is no notification format; there are normalized, concise, simplified and keyValues")
        }
        result.showsSystemAttributes = try bool("notification.sysAttrs") ?? false
        result.language = try text("lang")
        if let datasets = try texts("datasetId") {
            for dataset in datasets where dataset != "@none" && !EntityID.isValid(dataset) {
                throw .badRequestData("The datasetId \"\(dataset)\" is neither a URI nor @none")
            }
            result.datasets = Set(datasets)
        }
        try readAttributes(&result)
        try readProjection(&result, levels: levels)
        return result
    }

    private func readAttributes(_ result: inout EntityRepresentation) throws(NGSILDError) {
        let name = "notification.attributes"
        guard let attributes = try texts(name), let member = definition[name] else { return }
        for other in ["pick", "omit"] where definition["notification.\(other)"] != nil {
            throw .badRequestData("\"attributes\" goes without \"\(other)\"; name them in \"pick\"")
        }
        let context = try member.names.context(registry)
        var terms: Set<TermID> = []
        for attribute in attributes {
            if Projection.entityMembers.contains(attribute) {
                throw .badRequestData("\"\(attribute)\" in \"attributes\" is no attribute; name it in \"pick\"")
            }
            terms.insert(try context.term(attribute, for: .question))
        }
        result.picked = terms
    }

    private func readProjection(_ result: inout EntityRepresentation, levels: Int) throws(NGSILDError) {
        let picked = try projections("pick", levels)
        let omitted = try projections("omit", levels)
        guard picked != nil || omitted != nil else { return }
        var names = definition["notification.pick"]?.names ?? FrozenNames()
        if let more = definition["notification.omit"]?.names { names.formUnion(more) }
        let context = try names.context(registry)
        try result.project(picked, omitted) { (name) throws(NGSILDError) in try context.term(name, for: .question) }
    }

    /// What `pick` or `omit` names; members of linked entities only as far as those are taken.
    private func projections(_ name: String, _ levels: Int) throws(NGSILDError) -> [Projection]? {
        guard let texts = try texts("notification.\(name)") else { return nil }
        var result: [Projection] = []
        for text in texts { result += try Projection.parse(text, name) }
        let depth = result.map(\.depth).max() ?? 0
        guard depth <= levels else {
            throw .badRequestData(
                levels == 0
                    ? "\"\(name)\" names members of linked entities; add \"join\": \"inline\" or \"flat\""
                    : "\"\(name)\" reaches \(depth) links far; \"joinLevel\" is \(levels)")
        }
        return result
    }

    private func retrieval() throws(NGSILDError) -> LinkedEntityRetrieval? {
        var levels = 1
        if let member = definition["notification.joinLevel"] {
            guard let number = member.json.integer(member.root), number >= 1 else {
                throw .badRequestData("\"joinLevel\" is a whole number from 1 up")
            }
            guard number <= LinkedEntityRetrieval.levelLimit else {
                throw .tooComplexQuery(
                    "\"joinLevel\" is \(number); at most \(LinkedEntityRetrieval.levelLimit) levels are followed")
            }
            levels = number
        }
        switch try text("notification.join") {
        case nil, "@none": return nil
        case "inline": return LinkedEntityRetrieval(form: .inline, levels: levels)
        case "flat": return LinkedEntityRetrieval(form: .flat, levels: levels)
        case let join?: throw .badRequestData("\"join\" is \"\(join)\"; it is inline, flat or @none")
        }
    }
}
