import NIOCore

extension HTTPConnection {
    /// Closes the connection if it takes too long; called about once a second.
    func sweep(_ now: NIODeadline) {
        guard let context, phase != .closed else { return }
        if let unreadSince, now - unreadSince > .seconds(Int64(configuration.unreadSeconds)) {
            guard readsOn(context) else {
                context.close(promise: nil)
                return
            }
            self.unreadSince = now
        }
        switch phase {
        case .lingering:
            if let lingersSince, now - lingersSince > .seconds(2) { context.close(promise: nil) }
        case .reading:
            if let headStart, now - headStart > .seconds(Int64(configuration.headSeconds)) {
                refuse(
                    408, "Request Timeout",
                    "The head of the request was not complete after \(configuration.headSeconds) seconds")
                touchIfNeeded()
            } else if let assembly, now - assembly.start > .seconds(Int64(configuration.bodySeconds)) {
                refuse(
                    408, "Request Timeout",
                    "The body of the request was not complete after \(configuration.bodySeconds) seconds")
                touchIfNeeded()
            } else if slots.isEmpty, assembly == nil, unreadSince == nil,
                now - lastRequest > .seconds(Int64(configuration.idleSeconds))
            {
                context.close(promise: nil)
            }
        case .streaming: if let authenticator = state.authenticator { stream?.renew(authenticator) }
        case .closing, .closed: break
        }
    }

    /// Whether the client has read a fair part of a long answer since this was last asked. Of a stream it has to keep up.
    private func readsOn(_ context: ChannelHandlerContext) -> Bool {
        let left = unsentBytes(context)
        defer { unreadBytes = left }
        return stream == nil && unreadBytes - left >= configuration.unsentLimit
    }

    func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        // The channel of a stream has no such option, and ends the process when asked.
        if let http2 { return http2.answers.unsent }
        return (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Closes after the answers that are owed, for shutdown.
    func closeWhenAnswered() {
        guard let context else { return }
        switch phase {
        case .streaming where stream?.form == .webSocket: stream?.close(1_001, "the server is shutting down")
        case .reading where slots.isEmpty && assembly == nil, .streaming, .lingering: context.close(promise: nil)
        case .reading where assembly == nil:
            lastSlot = firstSlot + slots.count - 1
            phase = .closing
        case .reading:
            // The request that is coming in is the last.
            lastSlot = firstSlot + slots.count
        case .closing, .closed: break
        }
    }
}
