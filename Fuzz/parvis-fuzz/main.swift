import CLibFuzzer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

// parvis-fuzz TARGET [OPTIONS OF LIBFUZZER] [FOLDERS OF INPUTS]; scripts/fuzz calls it.

let arguments = CommandLine.arguments
guard arguments.count > 1, let make = FuzzTargets.all[arguments[1]] else {
    print(
        "usage: parvis-fuzz TARGET [libFuzzer options] [corpus]\ntargets: \(FuzzTargets.names.joined(separator: " "))")
    exit(2)
}
Running.target = try make()
atexit { print("slowest input: \(Running.slowestMicroseconds) us") }
// libFuzzer sees its own arguments only.
var count = CommandLine.argc - 1
CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
var remaining: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
let status = LLVMFuzzerRunDriver(&count, &remaining) { data, size in
    Running.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
exit(status)

/// The one target of this process.
enum Running {
    // Set before the driver starts, which calls back on the same thread only.
    nonisolated(unsafe) static var target: (any FuzzTarget)?
    /// The processor time of the input that took the most.
    nonisolated(unsafe) private(set) static var slowestMicroseconds = 0

    static func run(_ input: [UInt8]) {
        let start = processorMicroseconds()
        target?.run(input)
        slowestMicroseconds = max(slowestMicroseconds, processorMicroseconds() - start)
    }

    /// Of all threads, so that waiting for a core does not count.
    private static func processorMicroseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
