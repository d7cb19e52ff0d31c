extension HTTPConnection {
    func refuse(_ fault: HeaderFields.Fault) {
        state.metrics.malformed()
        switch fault {
        case .contentLength:
            refuse(
                400, "Bad Request",
                "The length of the body is not clear: send one Content-Length, or Transfer-Encoding: chunked")
        case .transferCoding:
            refuse(501, "Not Implemented", "The only Transfer-Encoding taken is chunked")
        case .expectation:
            refuse(417, "Expectation Failed", "The only expectation that can be met is 100-continue")
        case .severalContentTypes: refuse(400, "Bad Request", "The request has several Content-Type headers")
        case .severalTenants: refuse(400, "Bad Request", "The request has several NGSILD-Tenant headers")
        case .severalSnapshots: refuse(400, "Bad Request", "The request has several NGSILD-Snapshot headers")
        case .severalHosts: refuse(400, "Bad Request", "The request has several Host headers")
        }
    }

    func refuseHeaders() {
        refuse(
            431, "Request Header Fields Too Large",
            "The request line or the headers are longer than \(configuration.headerLimit) bytes")
    }

    func refuseTarget() {
        refuse(
            414, "URI Too Long",
            "The request target is longer than \(configuration.targetLimit) bytes; send long queries to POST /ngsi-ld/v1/entityOperations/query"
        )
    }

    func refuseBody() {
        refuse(
            413, "Content Too Large",
            "The body is longer than \(configuration.bodyLimit) bytes; send several smaller requests")
    }

    /// Answers what cannot be run, and closes: the rest of what comes in cannot be trusted or is not wanted.
    func refuse(_ status: Int, _ title: String, _ detail: String) {
        guard phase == .reading else { return }
        phase = .closing
        dropAssembly()
        headStart = nil
        lingersSince = loop.now
        let number = firstSlot + slots.count
        slots.append(Slot())
        lastSlot = number
        var answer = HTTPAnswer.problem(status: status, title: title, detail: detail)
        if status == 503 { answer.headers.append(("Retry-After", "1")) }
        take(answer, for: number)
    }
}
