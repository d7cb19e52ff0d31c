import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The descriptors that this process may have open.
enum FileDescriptors {
    /// Raises the limit as far as the system allows, and keeps descriptors back from connections of clients: for the
    /// store, the event loops, and connections to endpoints.
    ///
    /// - Returns: how many connections of clients there is room for, at most `wanted`.
    static func connections(_ wanted: Int, _ logger: Logger) -> Int {
        var limit = rlimit()
        guard getrlimit(descriptors, &limit) == 0 else { return wanted }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            setrlimit(descriptors, &limit)
            getrlimit(descriptors, &limit)
        }
        let allowed = Int(clamping: UInt64(limit.rlim_cur))
        let room = room(for: wanted, of: allowed)
        if room < wanted {
            logger.warning(
                "Fewer connections than set: the system allows too few open files",
                metadata: [
                    "connections": "\(room)", "open files": "\(allowed)", "remedy": "ulimit -n, or LimitNOFILE=",
                ])
        }
        return room
    }

    /// - Parameters:
    ///   - wanted: connections.
    ///   - allowed: descriptors of the process.
    static func room(for wanted: Int, of allowed: Int) -> Int {
        let kept = allowed < 1_024 ? 56 : 256
        return max(4, min(wanted, allowed - kept))
    }

    #if canImport(Glibc)
        private static var descriptors: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #else
        private static var descriptors: Int32 { RLIMIT_NOFILE }
    #endif
}
