import NGSILDModel
import NIOHTTP1

/// What a request for a live stream says, whatever the stream is of.
struct StreamOpening {
    let parameters: QueryParameters
    let tenant: String
    let form: EventStream.Form
    /// The id of the last message that the client has; `nil`: it is new.
    let place: String?
    private let handshake: HTTPHeaders?

    static let full = HTTPFailure.ngsild(
        .overloaded("As many live streams are open as are taken; close one, or try again later"))

    init(_ request: HTTPRequest, allowing names: ParameterSet) throws(HTTPFailure) {
        guard request.method == .GET else {
            var answer = HTTPAnswer.problem(
                status: 405, title: "Method Not Allowed", detail: "A live stream takes GET only")
            answer.headers.append(("Allow", "GET"))
            throw .answer(answer)
        }
        parameters = try QueryParameters(request.query, allowing: names.union([.lastEventId]))
        tenant = try TenantName.check(request.fields.tenant)
        place = request.header("Last-Event-ID") ?? parameters[.lastEventId]
        if WebSocketHandshake.isWanted(by: request) {
            form = .webSocket
            handshake = try WebSocketHandshake.answer(
                request, allowing: request.loop.state.configuration.streamOrigins)
        } else {
            form = .events
            handshake = nil
        }
    }

    func begin(
        _ request: HTTPRequest, _ stream: EventStream, onReady: @escaping () -> Void
    ) throws(HTTPFailure) {
        guard request.connection.beginStream(request, stream, handshake: handshake, onReady: onReady) else {
            throw .invalidRequest("A stream needs a connection of its own; send no other requests before it")
        }
    }
}
