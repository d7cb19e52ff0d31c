import NIOCore
import NIOSSL
import NIOTLS

/// Stands in for the connection until its handshake is done, then installs the protocol that was agreed on.
///
/// Handshakes are bounded in number and time: a client that does not finish is closed.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let state: ServerState
    private let loop: LoopState
    private var timeout: Scheduled<Void>?
    private var isUnderWay = false

    private init(state: ServerState, loop: LoopState) {
        self.state = state
        self.loop = loop
    }

    /// Puts TLS into a new channel.
    static func install(
        in channel: any Channel, _ certificates: TLSCertificates, state: ServerState, loop: LoopState
    ) throws {
        try channel.pipeline.syncOperations.addHandlers([
            NIOSSLServerHandler(context: certificates.context), TLSHandshake(state: state, loop: loop),
        ])
    }

    func channelActive(context: ChannelHandlerContext) {
        isUnderWay = true
        guard state.handshakeBegan() else {
            context.close(promise: nil)
            return
        }
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: .seconds(Int64(state.configuration.handshakeSeconds))) {
            channel.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        end()
        do {
            if negotiated == "h2" {
                try HTTP2Connection.install(in: context.channel, state: state, loop: loop)
            } else {
                try HTTPConnection.install(in: context.channel, state: state, loop: loop)
            }
        } catch {
            context.close(promise: nil)
            return
        }
        context.fireChannelActive()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        state.metrics.handshakeFailed()
        context.close(promise: nil)
    }

    private func end() {
        timeout?.cancel()
        timeout = nil
        guard isUnderWay else { return }
        isUnderWay = false
        state.handshakeEnded()
    }
}
