import ClauseTrait
import Testing

@testable import NGSILDModel

struct NGSILDErrorTests {
    /// The error types of CIM 009 clause 5.5.2, and three of our own that have no type.
    static let table: [(NGSILDError, String)] = [
        (.invalidRequest("d"), "InvalidRequest"), (.badRequestData("d"), "BadRequestData"),
        (.alreadyExists("d"), "AlreadyExists"), (.operationNotSupported("d"), "OperationNotSupported"),
        (.resourceNotFound("d"), "ResourceNotFound"), (.internalError("d"), "InternalError"),
        (.tooComplexQuery("d"), "TooComplexQuery"), (.tooManyResults("d"), "TooManyResults"),
        (.ldContextNotAvailable("d"), "LdContextNotAvailable"), (.noMultiTenantSupport("d"), "NoMultiTenantSupport"),
        (.nonexistentTenant("d"), "NonexistentTenant"), (.conflict("d"), "Conflict"),
    ]

    @Test(.clause("5.5.2"), arguments: table)
    func `each error has the type of the specification`(error: NGSILDError, name: String) {
        #expect(error.typeURI == "https://uri.etsi.org/ngsi-ld/errors/" + name)
        #expect(error.detail == "d")
        #expect(!error.title.isEmpty)
    }

    @Test(arguments: [NGSILDError.accessDenied("d"), .overloaded("d"), .insufficientStorage("d")])
    func `errors of our own have no type`(error: NGSILDError) {
        #expect(error.typeURI == "about:blank")
    }

    @Test func `no two errors share a title`() {
        #expect(Set(Self.table.map(\.0.title)).count == Self.table.count)
    }
}
