import BrokerCore
import ImportService
import JSONLD
import Logging
import NGSILDHTTP
import NGSILDModel
import TemporalEvolution

extension CityServer {
    static func importService(
        _ settings: Settings, _ broker: Broker, _ history: HistoryStore, _ contexts: ContextCache, _ logger: Logger
    ) -> ImportService {
        var configuration = ImportService.Configuration(directory: settings.data + "/imports")
        configuration.limit = settings.importLimit
        configuration.onProblem = { logger.warning("Imports", metadata: ["reason": "\($0)"]) }
        return ImportService(
            ImportService.Operations(
                provision: broker, consumption: broker, temporal: settings.recordsHistory ? history : nil,
                registry: broker.registry, contexts: contexts), configuration: configuration)
    }

    /// The imports as the edge serves them. Each request is a task of its own; the service works on one after the other.
    static func importPages(_ imports: ImportService) -> ImportPages {
        // What is on disk is taken up before the first request is answered.
        let started = Task { await imports.start() }
        return ImportPages { request, tenant, reply in
            Task {
                await started.value
                do throws(NGSILDError) {
                    let answer = try await imports.answer(ImportService.Request(request), tenant: tenant)
                    reply(.success(ImportPages.Answer(status: answer.status, body: answer.body)))
                } catch { reply(.failure(error)) }
            }
        }
    }
}

extension ImportService.Request {
    fileprivate init(_ request: ImportPages.Request) {
        switch request {
        case .list: self = .list
        case .create(let body): self = .create(body)
        case .show(let id): self = .show(id)
        case .piece(let id, let number, let bytes): self = .piece(id, number: number, bytes)
        case .correct(let id, let body): self = .correct(id, body)
        case .preview(let id, let body): self = .preview(id, body)
        case .run(let id, let body): self = .run(id, body)
        case .pause(let id): self = .pause(id)
        case .resume(let id): self = .resume(id)
        case .cancel(let id): self = .cancel(id)
        case .undo(let id, let body): self = .undo(id, body)
        case .delete(let id): self = .delete(id)
        }
    }
}
