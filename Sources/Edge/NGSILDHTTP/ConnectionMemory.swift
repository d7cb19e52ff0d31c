public import AccessPolicies
import NIOCore

/// What a connection remembers from its last request, so that a client that asks the same way again, as most do, is not
/// looked up again. The streams of an HTTP/2 connection share theirs.
///
/// Touched on the connection's event loop only.
final class ConnectionMemory {
    /// A credential that was found good.
    struct Credential {
        /// The value of `Authorization`.
        let field: String
        let caller: Caller
        /// What the authenticator went by when it found the caller.
        let epoch: Int
        let until: NIODeadline
    }

    /// What a caller got who may not do everything.
    struct Permitted {
        let caller: Caller
        let operation: AccessOperation
        let tenant: String
        let binding: Binding

        /// A caller whose rights changed is another one.
        func isOf(_ caller: Caller, _ operation: AccessOperation, _ tenant: String) -> Bool {
            caller === self.caller && operation == self.operation && tenant == self.tenant
        }
    }

    var credential: Credential?
    var permitted: Permitted?
}

extension HTTPRequest {
    /// Who came with the same `Authorization` on this connection a short while ago; `nil`: find it out, and `remember` it.
    ///
    /// - Parameter epoch: another one than at that time: what was found then may not hold any more.
    public func rememberedCaller(epoch: Int) -> Caller? {
        guard let known = connection.memory.credential, let field = fields.authorization, known.epoch == epoch,
            start < known.until, known.field == field
        else { return nil }
        return known.caller
    }

    /// Remembers who came with this `Authorization`.
    ///
    /// - Parameters:
    ///   - epoch: what it was when the caller was found.
    ///   - seconds: for how long; what ends without a new epoch, such as an expiry, has to be within.
    public func remember(_ caller: Caller, epoch: Int, seconds: Double) {
        guard seconds > 0, let field = fields.authorization else { return }
        let nanoseconds = Int64(min(seconds, 3_600) * 1e9)
        connection.memory.credential = .init(
            field: field, caller: caller, epoch: epoch, until: start + .nanoseconds(nanoseconds))
    }
}
