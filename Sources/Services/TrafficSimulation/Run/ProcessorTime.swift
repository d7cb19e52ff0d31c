import Glibc

/// Processor time in seconds: what computing costs, whoever else the machine works for meanwhile.
enum ProcessorTime {
    /// Of this process, all its threads.
    static func ofProcess() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    /// Of this thread.
    static func ofThread() -> Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
