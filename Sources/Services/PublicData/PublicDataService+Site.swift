import NGSILDModel
import NGSILDOperations

/// The site and its embedded form.
extension PublicDataService {
    /// Of the whole: no script but the site's own, nothing from elsewhere, and frames for the embedded form only.
    private static func policy(isEmbedded: Bool) -> String {
        [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
            "connect-src 'self'", "worker-src 'self' blob:", "child-src blob:", "base-uri 'none'", "form-action 'none'",
            isEmbedded ? "frame-ancestors *" : "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    func page(_ request: PublicRequest, isEmbedded: Bool) throws(NGSILDError) -> PublicAnswer {
        let layers = store.layers
        let layer: PublishedLayer?
        if let asked = request.parameter("layer"), !asked.isEmpty {
            layer = try self.layer(asked)
        } else {
            layer = layers.first
        }
        let after = request.parameter("after").flatMap { Int64($0) }
        let language = request.language(of: configuration.languages)
        // Others' parameters, such as those of campaigns, are no reason to show nothing; nor do they fill what is kept.
        var asked = request
        asked.parameters = [("layer", layer?.id ?? ""), ("after", after.map { "\($0)" } ?? "")]
        asked.acceptLanguage = language.code
        var state = layers.map { "\($0.version)" }.joined(separator: "-")
        if let layer { state = try self.state(of: layer) + "-" + state }
        return try answer(asked, state: state, isOfLanguages: true) { () throws(NGSILDError) in
            var page = EntityPage(entities: [], total: nil, hasMore: false)
            if let layer { page = try layer.page(consumption, after: after, limit: PublicPage.rowLimit) }
            let shown = PublicPage(
                placeName: configuration.placeName, language: language, languages: configuration.languages,
                layers: layers, layer: layer,
                summary: try layer.map { (layer) throws(NGSILDError) in try summary(of: layer) }, page: page,
                isEmbedded: isEmbedded, hasAlerts: layers.contains { $0.publication.capSender != nil },
                root: request.root)
            return PublicAnswer(
                "text/html; charset=utf-8", shown.html(),
                headers: [("Content-Security-Policy", Self.policy(isEmbedded: isEmbedded))])
        }
    }
}
