import Glibc

/// A client of SUMO's Traffic Control Interface over TCP.
///
/// Commands are sent and answered one after the other, and each call blocks its thread until the simulator answers, or has
/// said nothing for as long as `patience`. To be used by one thread at a time.
final class TraCIConnection {
    /// Longest message that is read, 64 MiB: the subscriptions of some 100,000 detectors.
    static let mostBytes = 64 << 20
    /// How long the simulator may say nothing, default ten minutes: a step waits for all other clients.
    static let patience = Duration.seconds(600)
    /// The same for the answer to a farewell.
    private static let shortPatience = Duration.seconds(5)

    /// What a subscription told of an object: variables with their values.
    struct Report {
        /// The response's identifier: what kind of object it is.
        var kind: UInt8
        var object: String
        var values: [(variable: UInt8, value: TraCIValue)]
        /// Of each of the objects around it that were subscribed to, the same. Which one it is, is not kept.
        var nearby: [[(variable: UInt8, value: TraCIValue)]] = []
    }

    private let descriptor: Int32
    private var isOpen = true

    /// Connects to a simulator on this machine.
    ///
    /// - Parameters:
    ///   - attempts: How often to try, 20 ms apart, while SUMO loads its network.
    ///   - patience: How long it may say nothing.
    init(
        port: UInt16, attempts: Int = 1, patience: Duration = TraCIConnection.patience, isAlive: () -> Bool = { true }
    ) throws(TraCIError) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        for attempt in 0..<max(1, attempts) {
            if attempt > 0 {
                usleep(20_000)
                guard isAlive() else { break }
            }
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard socket >= 0 else { throw .cannotConnect(port: port) }
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if result == 0 {
                var on: Int32 = 1
                setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
                descriptor = socket
                wait(atMost: patience)
                return
            }
            Glibc.close(socket)
        }
        throw .cannotConnect(port: port)
    }

    deinit { if isOpen { Glibc.close(descriptor) } }

    /// Says who goes first when several clients control one simulation; the lower number does.
    func setOrder(_ order: Int) throws(TraCIError) {
        _ = try exchange(0x03) { $0.int(order) }
    }

    /// Simulates one step and returns what the subscriptions tell.
    func step() throws(TraCIError) -> [Report] {
        var reader = try exchange(0x02) { $0.double(0) }
        let count = try reader.int()
        var reports: [Report] = []
        for _ in 0..<max(0, count) { reports.append(try Self.report(&reader)) }
        return reports
    }

    /// Subscribes to variables of an object until the simulation ends; returns their values now.
    @discardableResult
    func subscribe(_ kind: Kind, _ object: String, _ variables: [UInt8]) throws(TraCIError) -> Report {
        var reader = try exchange(kind.subscribe) {
            $0.double(-1_073_741_824)
            $0.double(-1_073_741_824)
            $0.string(object)
            $0.byte(UInt8(clamping: variables.count))
            for variable in variables { $0.byte(variable) }
        }
        return try Self.report(&reader)
    }

    /// Subscribes to variables of all people who walk around a junction's place; returns their values now.
    func subscribe(
        toPeopleAround junction: String, withinMetres reach: Double, _ variables: [UInt8]
    ) throws(TraCIError) -> Report {
        var reader = try exchange(0x89) {
            $0.double(-1_073_741_824)
            $0.double(-1_073_741_824)
            $0.string(junction)
            $0.byte(0xAE)
            $0.double(reach)
            $0.byte(UInt8(clamping: variables.count))
            for variable in variables { $0.byte(variable) }
        }
        return try Self.report(&reader)
    }

    /// Sets what the lamps of signals show.
    func setState(ofSignals signals: String, _ state: String) throws(TraCIError) {
        _ = try exchange(0xC2) {
            $0.byte(0x20)
            $0.string(signals)
            $0.byte(0x0C)
            $0.string(state)
        }
    }

    /// Refuses a lane to vehicle classes, as when it is closed.
    func setDisallowed(lane: String, _ classes: [String]) throws(TraCIError) {
        _ = try exchange(0xC3) {
            $0.byte(0x35)
            $0.string(lane)
            $0.byte(0x0E)
            $0.int(classes.count)
            for name in classes { $0.string(name) }
        }
    }

    /// Lets a car stand on a lane, from now on and until it is removed.
    ///
    /// - Parameters:
    ///   - name: Its name, which no other vehicle and no route may have.
    ///   - edge: The edge of the lane, and the lane's place in it.
    ///   - position: In metres from the lane's beginning.
    func addStandingVehicle(
        _ name: String, edge: String, lane: Int, atMetres position: Double
    ) throws(TraCIError) {
        _ = try exchange(0xC6) {
            $0.byte(0x80)
            $0.string(name)
            $0.byte(0x0E)
            $0.int(1)
            $0.string(edge)
        }
        let texts = [
            name, "DEFAULT_VEHTYPE", "now", String(lane), String(position), "0", "current", "max", "current", "", "",
            "",
        ]
        _ = try exchange(0xC4) {
            $0.byte(0x85)
            $0.string(name)
            $0.byte(0x0F)
            $0.int(texts.count + 2)
            for text in texts {
                $0.byte(0x0C)
                $0.string(text)
            }
            // Seats and passengers.
            for _ in 0..<2 {
                $0.byte(0x09)
                $0.int(0)
            }
        }
        // Speed 0, and no change of lanes.
        _ = try exchange(0xC4) {
            $0.byte(0x40)
            $0.string(name)
            $0.byte(0x0B)
            $0.double(0)
        }
        _ = try exchange(0xC4) {
            $0.byte(0xB6)
            $0.string(name)
            $0.byte(0x09)
            $0.int(0)
        }
    }

    /// Takes a vehicle off the road.
    func removeVehicle(_ name: String) throws(TraCIError) {
        _ = try exchange(0xC4) {
            $0.byte(0x81)
            $0.string(name)
            $0.byte(0x08)
            $0.byte(2)
        }
    }

    /// Longitude and latitude of a place on the network's plane, in degrees; for networks that have a projection.
    func longitudeLatitude(x: Double, y: Double) throws(TraCIError) -> (longitude: Double, latitude: Double) {
        var reader = try exchange(0xAB) {
            $0.byte(0x82)
            $0.string("")
            $0.byte(0x0F)
            $0.int(2)
            $0.byte(0x01)
            $0.double(x)
            $0.double(y)
            $0.byte(0x07)
            $0.byte(0x00)
        }
        _ = try reader.commandLength()
        _ = try reader.byte()
        _ = try reader.byte()
        _ = try reader.string()
        guard case .position(let longitude, let latitude) = try reader.value() else { throw .cutShort }
        return (longitude, latitude)
    }

    /// Ends this client's part; the simulator ends when its last client left.
    func close() {
        guard isOpen else { return }
        wait(atMost: Self.shortPatience)
        _ = try? exchange(0x7F) { _ in }
        Glibc.close(descriptor)
        isOpen = false
    }

    /// Kinds of objects that can be subscribed to.
    enum Kind: UInt8 {
        case inductionLoop = 0xD0
        case signals = 0xD2
        case lane = 0xD3
        case simulation = 0xDB
        case laneArea = 0xDD

        var subscribe: UInt8 { rawValue }
        var response: UInt8 { rawValue + 0x10 }
    }

    // MARK: - Messages

    private func wait(atMost patience: Duration) {
        let (seconds, attoseconds) = patience.components
        var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    private func exchange(
        _ command: UInt8, _ write: (inout TraCIWriter) -> Void
    ) throws(TraCIError) -> TraCIReader {
        var commands = TraCIWriter()
        commands.command(command, write)
        var message = TraCIWriter()
        message.int(commands.bytes.count + 4)
        try send(message.bytes + commands.bytes)
        var header = TraCIReader(try receive(4))
        let length = try header.int() - 4
        guard length >= 0, length <= Self.mostBytes else { throw .tooLong(length) }
        var reader = TraCIReader(try receive(length))
        _ = try reader.commandLength()
        let answered = try reader.byte()
        let status = try reader.byte()
        let reason = try reader.string()
        guard status == 0, answered == command else { throw .refused(command: command, reason: reason) }
        return reader
    }

    private static func report(_ reader: inout TraCIReader) throws(TraCIError) -> Report {
        _ = try reader.commandLength()
        let kind = try reader.byte()
        let object = try reader.string()
        // Responses of what is around an object lie below those of the object itself.
        guard (0x90...0x9F).contains(kind) else {
            let count = try reader.byte()
            return Report(kind: kind, object: object, values: try values(&reader, count: count, of: object, kind))
        }
        _ = try reader.byte()
        let variables = try reader.byte()
        var nearby: [[(variable: UInt8, value: TraCIValue)]] = []
        let count = try reader.int()
        for _ in 0..<max(0, count) {
            try reader.skipString()
            nearby.append(try values(&reader, count: variables, of: object, kind))
        }
        return Report(kind: kind, object: object, values: [], nearby: nearby)
    }

    private static func values(
        _ reader: inout TraCIReader, count: UInt8, of object: String, _ kind: UInt8
    ) throws(TraCIError) -> [(variable: UInt8, value: TraCIValue)] {
        var values: [(variable: UInt8, value: TraCIValue)] = []
        for _ in 0..<count {
            let variable = try reader.byte()
            let status = try reader.byte()
            let value = try reader.value()
            guard status == 0 else {
                throw .refused(command: kind, reason: value == .string("") ? object : "\(object): \(value)")
            }
            values.append((variable, value))
        }
        return values
    }

    private func send(_ bytes: [UInt8]) throws(TraCIError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw count < 0 && errno == EAGAIN ? .silent : .closed }
            sent += count
        }
    }

    private func receive(_ count: Int) throws(TraCIError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + filled }, count - filled, 0)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw got < 0 && errno == EAGAIN ? .silent : .closed }
            filled += got
        }
        return bytes
    }
}
