import ClauseTrait
import NGSILDModel
import Testing

@testable import NGSILDHTTP

struct ErrorStatusTests {
    /// CIM 009 table 6.3.2-1, and the three error types of our own.
    static let table: [(NGSILDError, String, Int)] = [
        (.alreadyExists(""), "https://uri.etsi.org/ngsi-ld/errors/AlreadyExists", 409),
        (.badRequestData(""), "https://uri.etsi.org/ngsi-ld/errors/BadRequestData", 400),
        (.conflict(""), "https://uri.etsi.org/ngsi-ld/errors/Conflict", 409),
        (.internalError(""), "https://uri.etsi.org/ngsi-ld/errors/InternalError", 500),
        (.invalidRequest(""), "https://uri.etsi.org/ngsi-ld/errors/InvalidRequest", 400),
        (.ldContextNotAvailable(""), "https://uri.etsi.org/ngsi-ld/errors/LdContextNotAvailable", 504),
        (.noMultiTenantSupport(""), "https://uri.etsi.org/ngsi-ld/errors/NoMultiTenantSupport", 501),
        (.nonexistentTenant(""), "https://uri.etsi.org/ngsi-ld/errors/NonexistentTenant", 404),
        (.operationNotSupported(""), "https://uri.etsi.org/ngsi-ld/errors/OperationNotSupported", 422),
        (.resourceNotFound(""), "https://uri.etsi.org/ngsi-ld/errors/ResourceNotFound", 404),
        (.tooComplexQuery(""), "https://uri.etsi.org/ngsi-ld/errors/TooComplexQuery", 403),
        (.tooManyResults(""), "https://uri.etsi.org/ngsi-ld/errors/TooManyResults", 403),
        (.accessDenied(""), "about:blank", 403),
        (.overloaded(""), "about:blank", 503),
        (.insufficientStorage(""), "about:blank", 507),
    ]

    @Test(.clause("5.5.2"), arguments: table) func `each error type has its status`(
        error: NGSILDError, type: String, status: Int
    ) {
        #expect(error.typeURI == type)
        #expect(error.status == status)
        #expect("\(StatusLine.text(status))".hasPrefix("\(status) "))
    }

    @Test(.clause("5.5.3")) func `an error is answered as problem details in plain JSON`() {
        let answer = NGSILDError.resourceNotFound("There is no \"x\"").answer
        #expect(answer.status == 404)
        #expect(answer.contentType == "application/json")
        #expect(
            String(decoding: answer.body, as: UTF8.self)
                == #"{"type":"https://uri.etsi.org/ngsi-ld/errors/ResourceNotFound","title":"Resource not found","status":404,"detail":"There is no \"x\""}"#
        )
    }

    @Test func `an overloaded broker says when to come back`() {
        #expect(NGSILDError.overloaded("").answer.headers.contains { $0 == ("Retry-After", "1") })
    }
}
