import JSONTree
import NIOCore

extension HTTPConnection {
    /// Takes the answer to a request; writes it when its turn has come.
    func answer(_ request: HTTPRequest, _ answer: HTTPAnswer) {
        loop.counts.count(request.operation, status: answer.status, since: request.start)
        if let auditor = state.auditor, owedIndex(request.slot) != nil {
            let location = request.isRead ? nil : answer.headers.first { $0.name == "Location" }?.value
            auditor.answered(request, status: answer.status, location: location)
        }
        guard mayCompress(answer.contentType, length: answer.body.count, answer.headers) else {
            return take(answer, for: request.slot, withoutBody: request.method == .HEAD)
        }
        guard owedIndex(request.slot) != nil else { return }
        var answer = answer
        answer.headers.append(Self.variesByEncoding)
        let isLater = compress(answer.body, for: request) { [self, answer] gzip in
            var answer = answer
            if let gzip {
                answer.body = gzip
                answer.headers = Self.compressed(answer.headers)
            }
            endCompressing(request.slot)
            take(answer, for: request.slot)
        }
        if !isLater { take(answer, for: request.slot, withoutBody: request.method == .HEAD) }
    }

    /// Takes an answer whose body is what the loop's writer holds, if it has one.
    func answer(_ request: HTTPRequest, _ head: AnswerHead) {
        guard owedIndex(request.slot) != nil else { return }
        loop.counts.count(request.operation, status: head.status, since: request.start)
        state.auditor?.answered(request, status: head.status, location: nil)
        let length = head.contentType == nil ? 0 : loop.writer.count
        guard HTTPAnswer.hasBody(head.status), mayCompress(head.contentType?.text, length: length, head.headers) else {
            return take(head, for: request, length: length) { [loop] buffer in
                loop.writer.withBytes { _ = buffer.writeBytes($0) }
            }
        }
        var head = head
        head.headers.append(Self.variesByEncoding)
        // The writer is the next answer's by the time that this one is compressed.
        let body: [UInt8] = request.method == .HEAD ? [] : loop.writer.withBytes { Array($0) }
        let isLater = compress(body, for: request) { [self, head] gzip in
            var head = head
            if gzip != nil { head.headers = Self.compressed(head.headers) }
            let body = gzip ?? body
            endCompressing(request.slot)
            take(head, for: request, length: body.count) { $0.writeBytes(body) }
        }
        if !isLater { take(head, for: request, length: length) { $0.writeBytes(body) } }
    }

    /// - Parameters:
    ///   - length: Of the body, which is not sent where the request or the status has none.
    ///   - write: Writes it.
    private func take(
        _ head: AnswerHead, for request: HTTPRequest, length: Int, _ write: (inout ByteBuffer) -> Void
    ) {
        guard let index = owedIndex(request.slot) else { return }
        let hasBody = HTTPAnswer.hasBody(head.status)
        loop.encoder.encode(head, length: hasBody ? length : nil, persistence(request.slot))
        let sendsBody = hasBody && length > 0 && request.method != .HEAD
        put(index, request.slot, size: loop.encoder.bytes.count + (sendsBody ? length : 0)) { [loop] buffer in
            loop.encoder.bytes.withBytes { _ = buffer.writeBytes($0) }
            if sendsBody { write(&buffer) }
        }
    }

    /// The slot of a request that nobody has answered.
    private func owedIndex(_ number: Int) -> CircularBuffer<Slot>.Index? {
        guard let index = slotIndex(number), slots[index].answer == nil, !slots[index].isCompressing else { return nil }
        return index
    }

    private func endCompressing(_ number: Int) {
        if let index = slotIndex(number) { slots[index].isCompressing = false }
    }

    func take(_ answer: HTTPAnswer, for number: Int, withoutBody: Bool = false) {
        guard let index = owedIndex(number) else { return }
        let hasBody = HTTPAnswer.hasBody(answer.status)
        loop.encoder.encode(answer, length: hasBody ? answer.body.count : nil, persistence(number))
        let sendsBody = hasBody && !withoutBody
        put(index, number, size: loop.encoder.bytes.count + (sendsBody ? answer.body.count : 0)) { [loop] buffer in
            loop.encoder.bytes.withBytes { _ = buffer.writeBytes($0) }
            if sendsBody { buffer.writeBytes(answer.body) }
        }
    }

    private func persistence(_ number: Int) -> Persistence {
        if number == lastSlot { return .close }
        return number == keepAliveSlot ? .keepAlive : .implicit
    }

    /// Puts an answer where it belongs: into the output if it is its turn, or else into its slot.
    func put(
        _ index: CircularBuffer<Slot>.Index, _ number: Int, size: Int, _ write: (inout ByteBuffer) -> Void
    ) {
        settle(index)
        if number == firstSlot {
            withOutput(size: size, write)
            slots.removeFirst()
            firstSlot += 1
            while let answer = slots.first?.answer {
                withOutput(size: answer.readableBytes) { buffer in
                    var answer = answer
                    buffer.writeBuffer(&answer)
                }
                slots.removeFirst()
                firstSlot += 1
            }
        } else {
            var buffer = ByteBufferAllocator().buffer(capacity: size)
            write(&buffer)
            slots[index].answer = buffer
        }
        touchIfNeeded()
    }

    func withOutput(size: Int = 64, _ write: (inout ByteBuffer) -> Void) {
        if output == nil { output = ByteBufferAllocator().buffer(capacity: max(1_024, size)) }
        if output != nil { write(&output!) }
    }

    /// Sees that what was put into the output is flushed, when no read cycle does it.
    func touchIfNeeded() {
        guard !isInReadCycle, !isTouched else { return }
        isTouched = true
        loop.touch(self)
    }

    /// Sends what was written, runs what waited for that, and closes if that was the last answer owed.
    func flushAnswers() {
        isTouched = false
        repeat {
            guard let context else { return }
            if let buffer = output {
                output = nil
                loop.counts.sent(buffer.readableBytes)
                context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            }
            if phase == .closing, let lastSlot, firstSlot > lastSlot { return finishClosing() }
            isInReadCycle = true
            continueAfterAnswers()
            isInReadCycle = false
        } while output != nil
    }

    /// All answers are written: closes once the client has taken them, for what waits for it would be lost. How long it may
    /// take, `sweep` says.
    private func finishClosing() {
        guard let context, !isEnding else { return }
        isEnding = true
        // Writes are done in order, so this one is when those before it are.
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenSuccess { [self] in closeOrLinger() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
    }

    /// All answers are out: closes, or lets the client read the last one first when it may still be sending.
    private func closeOrLinger() {
        guard let context else { return }
        guard lingersSince != nil else {
            context.close(promise: nil)
            return
        }
        lingersSince = loop.now
        phase = .lingering
        context.close(mode: .output, promise: nil)
        resumeReading()
    }
}
