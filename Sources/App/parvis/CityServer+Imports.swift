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
                    reply(.success(try await imports.answer(request, tenant: tenant)))
                } catch { reply(.failure(error)) }
            }
        }
    }
}
