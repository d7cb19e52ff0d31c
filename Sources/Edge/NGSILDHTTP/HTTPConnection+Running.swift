import NGSILDModel
import NIOCore

extension HTTPConnection {
    func mayRun(_ request: HTTPRequest) -> Bool {
        if isCongested { return false }
        if burst >= Self.burstLimit {
            if !isDeferred { loop.deferTurn(of: self) }
            isDeferred = true
            return false
        }
        if running == 0 { return true }
        return unordered == 0 && !request.method.isSafe && !RequestTarget.isQuery(request.target)
    }

    /// Requests that a connection runs before others have their turn.
    private static let burstLimit = 64

    /// Runs more of what waits, after others had their turn.
    func takeTurn() {
        isDeferred = false
        burst = 0
        flushAnswers()
    }

    private var isCongested: Bool {
        if unreadSince != nil || http2?.connection.isCongested == true { return true }
        return (output?.readableBytes ?? 0) > configuration.unsentLimit
    }

    func run(_ request: HTTPRequest) {
        loop.bodyBytes -= request.body?.readableBytes ?? 0
        running += 1
        unordered += 1
        burst += 1
        slots[slots.index(slots.startIndex, offsetBy: request.slot - firstSlot)].isRunning = true
        // What operators ask (/health, /metrics, /admin) is answered always.
        if !loop.lag.takes(at: request.start), request.isNGSILD {
            return answer(request, Self.behind)
        }
        authenticate(request)
    }

    private static let behind = NGSILDError.overloaded(
        "More requests come in than can be carried out; try again in a second"
    ).answer

    /// Runs what waits, as far as it may.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        while let next = waiting.first, phase != .closed, mayRun(next) {
            waiting.removeFirst()
            run(next)
        }
        isPumping = false
    }

    /// The request is a write that was handed to the committer, which keeps the order of writes.
    func markOrdered(_ request: HTTPRequest) {
        guard let index = slotIndex(request.slot), slots[index].isRunning, !slots[index].isOrdered else { return }
        slots[index].isOrdered = true
        unordered -= 1
    }

    func slotIndex(_ number: Int) -> CircularBuffer<Slot>.Index? {
        guard number >= firstSlot, number - firstSlot < slots.count else { return nil }
        return slots.index(slots.startIndex, offsetBy: number - firstSlot)
    }

    /// The request in the slot is answered.
    func settle(_ index: CircularBuffer<Slot>.Index) {
        guard slots[index].isRunning else { return }
        slots[index].isRunning = false
        running -= 1
        if !slots[index].isOrdered { unordered -= 1 }
    }

    /// What is due after answers went out.
    func continueAfterAnswers() {
        sendContinue()
        pump()
        resumeReading()
    }
}
