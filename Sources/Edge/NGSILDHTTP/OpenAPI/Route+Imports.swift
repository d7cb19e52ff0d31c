/// What can be done with files that are brought in, and with changes of many entities.
extension Route {
    var ofImports: [DocumentedOperation] {
        switch self {
        case .imports:
            [
                .get(
                    .other, id: "listImports", "List the imports of a tenant", content: .many(.importReport),
                    media: [.json]),
                Self.step("createImport", "Begin an import of a file, or a change of many entities", .newImport, 201),
            ]
        case .oneImport:
            [
                .get(
                    .other, id: "retrieveImport", "Get an import, with its guess, progress and result",
                    content: .one(.importReport), media: [.json]),
                DocumentedOperation(
                    method: .DELETE, id: "deleteImport", summary: "Forget an import with its file and its journal",
                    answers: [(204, nil)]),
            ]
        case .importPiece:
            [
                DocumentedOperation(
                    method: .PUT, id: "putImportPiece", summary: "Take a piece of the file; the first has the number 0",
                    body: .one(.octets), answers: [(200, .one(.importReport)), (204, nil)])
            ]
        case .importPreview:
            [Self.step("previewImport", "Show what the first lines become", .importMapping, 200, .any)]
        case .importRun: [Self.step("runImport", "Run the import", .importMapping, 202)]
        case .importPause: [Self.signal("pauseImport", "Pause between two batches")]
        case .importResume: [Self.signal("resumeImport", "Go on")]
        case .importCancel: [Self.signal("cancelImport", "End it between two batches")]
        default: [Self.step("undoImport", "Undo what the import did", .importUndo, 202)]
        }
    }

    private static func step(
        _ id: String, _ summary: String, _ body: DocumentSchema, _ status: Int, _ answer: DocumentSchema = .importReport
    ) -> DocumentedOperation {
        DocumentedOperation(
            method: .POST, id: id, summary: summary, body: .one(body), answers: [(status, .one(answer))])
    }

    private static func signal(_ id: String, _ summary: String) -> DocumentedOperation {
        DocumentedOperation(method: .POST, id: id, summary: summary, answers: [(204, nil)])
    }
}
