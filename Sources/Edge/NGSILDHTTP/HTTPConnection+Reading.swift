import NIOCore
import NIOHTTP1

extension HTTPConnection {
    /// Bytes came in; called before they are decoded.
    func bytesArrived() {
        loop.readTime()
        if assembly == nil, headStart == nil { headStart = loop.now }
    }

    func begin(_ head: HTTPRequestHead) {
        headStart = nil
        let fields = HeaderFields(head.headers)
        if head.uri.utf8.count > configuration.targetLimit { return refuseTarget() }
        if fields.byteCount > configuration.headerLimit {
            return refuseHeaders()
        }
        guard head.version.major == 1 else {
            return refuse(505, "HTTP Version Not Supported", "The server speaks HTTP/1.1 and HTTP/1.0")
        }
        if let fault = fields.fault { return refuse(fault) }
        if head.version.minor > 0, !fields.hasHost {
            return refuse(400, "Bad Request", "The request has no Host header")
        }
        if head.version.minor == 0, fields.isChunked {
            return refuse(400, "Bad Request", "HTTP/1.0 has no Transfer-Encoding; send a Content-Length")
        }
        if let length = fields.contentLength, length > configuration.bodyLimit { return refuseBody() }
        if fields.contentLength ?? 0 > 0 || fields.isChunked, !loop.hasRoomForBodies {
            return refuse(503, "Service Unavailable", "The server holds as many request bodies as it takes; try again")
        }
        assembly = Assembly(head: head, fields: fields, start: loop.now)
        if fields.expectsContinue, head.version.minor > 0, fields.contentLength != 0 {
            owesContinue = true
            sendContinue()
        }
    }

    /// Asks for the body, once the answers before it are out.
    func sendContinue() {
        guard owesContinue, slots.isEmpty, assembly != nil else { return }
        owesContinue = false
        withOutput { $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
        touchIfNeeded()
    }

    func append(_ part: ByteBuffer) {
        guard assembly != nil else { return }
        let length = (assembly?.body?.readableBytes ?? 0) + part.readableBytes
        if length > configuration.bodyLimit { return refuseBody() }
        loop.bodyBytes += part.readableBytes
        if assembly?.body == nil {
            // Room for the rest at once, if it is not more than a client should be trusted with.
            assembly?.body = part
            if let expected = assembly?.fields.contentLength, expected > part.readableBytes {
                assembly?.body?.reserveCapacity(min(expected, 256 << 10))
            }
        } else {
            var part = part
            assembly?.body?.writeBuffer(&part)
        }
    }

    func finish() {
        guard let assembly else { return }
        self.assembly = nil
        owesContinue = false
        lastRequest = loop.now
        let number = firstSlot + slots.count
        slots.append(Slot())
        if !assembly.head.isKeepAlive || lastSlot == number {
            lastSlot = number
            phase = .closing
        } else if assembly.head.version.minor == 0 {
            keepAliveSlot = number
        }
        let request = HTTPRequest(
            head: assembly.head, fields: assembly.fields, body: assembly.body, connection: self, slot: number,
            start: .now())
        if waiting.isEmpty, !isPumping, mayRun(request) {
            isPumping = true
            run(request)
            isPumping = false
            if !waiting.isEmpty { pump() }
        } else {
            waiting.append(request)
        }
    }

    func releaseBodies() {
        for request in waiting { loop.bodyBytes -= request.body?.readableBytes ?? 0 }
        waiting.removeAll()
        dropAssembly()
    }

    func dropAssembly() {
        loop.bodyBytes -= assembly?.body?.readableBytes ?? 0
        assembly = nil
        owesContinue = false
    }
}
