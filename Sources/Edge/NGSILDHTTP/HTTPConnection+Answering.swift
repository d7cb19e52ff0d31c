import JSONTree
import NIOCore

extension HTTPConnection {
    /// Takes the answer to a request; writes it when its turn has come.
    func answer(_ request: HTTPRequest, _ answer: HTTPAnswer) {
        loop.counts.count(request.operation, status: answer.status, since: request.start)
        if let auditor = state.auditor, slotIndex(request.slot).map({ slots[$0].answer == nil }) == true {
            let location = request.isRead ? nil : answer.headers.first { $0.name == "Location" }?.value
            auditor.answered(request, status: answer.status, location: location)
        }
        take(answer, for: request.slot, withoutBody: request.method == .HEAD)
    }

    /// Takes an answer whose body is what the loop's writer holds, if it has one.
    func answer(_ request: HTTPRequest, _ head: AnswerHead) {
        guard let index = slotIndex(request.slot), slots[index].answer == nil else { return }
        loop.counts.count(request.operation, status: head.status, since: request.start)
        state.auditor?.answered(request, status: head.status, location: nil)
        let hasBody = HTTPAnswer.hasBody(head.status)
        let length = head.contentType == nil ? 0 : loop.writer.count
        loop.encoder.encode(head, length: hasBody ? length : nil, persistence(request.slot))
        let sendsBody = hasBody && length > 0 && request.method != .HEAD
        put(index, request.slot, size: loop.encoder.bytes.count + (sendsBody ? length : 0)) { [loop] buffer in
            loop.encoder.bytes.withBytes { _ = buffer.writeBytes($0) }
            if sendsBody { loop.writer.withBytes { _ = buffer.writeBytes($0) } }
        }
    }

    func take(_ answer: HTTPAnswer, for number: Int, withoutBody: Bool = false) {
        guard let index = slotIndex(number), slots[index].answer == nil else { return }
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
