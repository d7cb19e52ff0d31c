import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Reads the parameters of temporal requests.
///
/// - Source: CIM 009 clauses 6.18.3.2, 6.19.3.1.
struct TemporalSelectionReader {
    let parameters: QueryParameters
    let context: TermContext
    /// Whether the parameters were members of a posted query: one that has aggrMethods asks for aggregated values.
    var asksByBody = false
    /// Whether the answer is a list, whose count may be asked for by an option (`Pagination` reads it).
    var isOfList = false

    static let names: ParameterSet = [
        .timerel, .timeAt, .endTimeAt, .timeproperty, .lastN, .aggrMethods, .aggrPeriodDuration, .attrs, .pick, .omit,
        .lang, .options, .format, .datasetId,
    ]
    static let formats: [String: TemporalForm] = [
        "normalized": .normalized, "concise": .concise, "temporalValues": .values, "simplified": .values,
        "aggregatedValues": .aggregated,
    ]

    struct Reading {
        var selection = TemporalSelection()
        var representation = TemporalRepresentation()
    }

    func read() throws(HTTPFailure) -> Reading {
        var reading = Reading()
        let isOverruled = try form(&reading)
        // id, type, scope, pick, omit and lang mean what they mean for entities.
        let plain = parameters.only([.attrs, .pick, .omit, .lang, .datasetId])
        var shown = try EntitySelection(parameters: plain, context: context).representation(.json)
        shown.showsSystemAttributes = reading.representation.entity.showsSystemAttributes
        shown.form = reading.representation.form == .concise ? .concise : .normalized
        reading.selection.picked = shown.picked
        reading.selection.omitted = shown.omitted
        reading.selection.showsScope = shown.showsScope
        reading.selection.datasets = shown.datasets
        // The instances of the answer are chosen before they are written.
        shown.datasets = nil
        reading.representation.entity = shown
        reading.selection.times = try translating { () throws(NGSILDError) in
            try TemporalQuery(
                timerel: parameters[.timerel], timeAt: parameters[.timeAt], endTimeAt: parameters[.endTimeAt],
                timeproperty: parameters[.timeproperty], lastN: parameters[.lastN])
        }
        if isOfList {
            reading.selection.place = try Pagination.temporalPlace(parameters)
        } else if let place = try Pagination.place(.pageAfter, parameters) {
            guard reading.selection.times.lastN == nil else {
                throw .badRequest("pageAfter and lastN exclude each other; follow the links as they are")
            }
            let time = Timestamp(microseconds: place)
            guard Timestamp.representable.contains(time) else {
                throw Pagination.strange(.pageAfter, String(place))
            }
            reading.selection.after = time
        }
        reading.representation.time = reading.selection.times.property
        reading.representation.isNewestFirst = reading.selection.times.lastN != nil
        if reading.representation.form == .aggregated {
            let methods = try parameters.list(.aggrMethods) ?? []
            reading.selection.aggregation = try translating { () throws(NGSILDError) in
                try TemporalAggregation(methods: methods, period: parameters[.aggrPeriodDuration])
            }
            reading.representation.methods = reading.selection.aggregation?.methods ?? []
        } else if !isOverruled, parameters[.aggrMethods] != nil || parameters[.aggrPeriodDuration] != nil {
            throw .badRequest("aggrMethods and aggrPeriodDuration go with options=aggregatedValues")
        }
        return reading
    }

    /// Reads `options` and `format`, of which `format` goes before a representation in `options` (clause 6.3.12).
    ///
    /// - Returns: whether `options` asked for aggregated values, and `format` for others.
    private func form(_ reading: inout Reading) throws(HTTPFailure) -> Bool {
        let known = Self.formats.keys.sorted().joined(separator: ", ")
        var chosen: TemporalForm?
        for option in try parameters.list(.options) ?? [] {
            if option == "sysAttrs" {
                reading.representation.entity.showsSystemAttributes = true
            } else if option == "count", isOfList {
                continue
            } else if let form = Self.formats[option] {
                if let chosen, chosen != form { throw .badRequest("The options name two representations; choose one") }
                chosen = form
            } else {
                throw .invalidRequest(
                    "The option \"\(option)\" is not taken here; taken are \(known), sysAttrs\(isOfList ? ", count" : "")"
                )
            }
        }
        var isOverruled = false
        if let format = parameters[.format] {
            guard let form = Self.formats[format] else {
                throw .invalidRequest("The format \"\(format)\" is not one of \(known)")
            }
            isOverruled = chosen == .aggregated && form != .aggregated
            chosen = form
        }
        if chosen == nil, asksByBody, parameters[.aggrMethods] != nil { chosen = .aggregated }
        reading.representation.form = chosen ?? .normalized
        return isOverruled
    }
}
