import ArgumentParser
import Foundation
import GeoJSON
import NGSILDClient
import SignalRoadside
import TrafficSimulation

struct TrafficSumo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sumo",
        abstract: "Drive a SUMO scenario as a street of a city: its detectors report, its signals take commands.",
        discussion: """
            Without --url it starts a Parvis of its own, in a directory that is removed at
            the end (or in --data, which stays), with its console. Intersections, groups,
            lanes, detectors and roads become entities; in each simulated second detectors
            report over HTTP, and the lamps follow the commands of the signal service
            behind their safety kernel. When no command comes in time the street goes on
            without, by its fixed plan after five seconds. Simulated time is told as time
            from now on. docs/signals.md describes entities and commands.

            EXAMPLES
              parvis traffic sumo city.sumocfg      then open http://127.0.0.1:1026/
              parvis traffic sumo city.sumocfg --speed 5 --port 8080 --stay
              parvis traffic sumo city.sumocfg --url http://127.0.0.1:1026 --until 600 \\
                  --monitor
              parvis traffic sumo city.sumocfg --controller fixed   the plans alone
            """)

    @Argument(help: "A .sumocfg file, or a folder that holds one.")
    var scenario: String
    @OptionGroup var options: ServerOptions
    @Option(help: "A running Parvis to report to, instead of starting one.")
    var url: String?
    @OptionGroup var trust: TrustOptions
    @OptionGroup var access: KeyOptions
    @Option(help: "The tenant (default: the default tenant).")
    var tenant = ""
    @Option(help: "SUMO's random seed; also decides which detectors are dead.")
    var seed = 1
    @Option(help: ArgumentHelp("Simulated seconds in a second (default: as fast as it goes).", valueName: "factor"))
    var speed: Double?
    @Option(
        help: ArgumentHelp("End after so many simulated seconds (default: the scenario's end).", valueName: "seconds"))
    var until: Double?
    @Option(help: "parvis: the city's signal service; fixed: the fixed plans.")
    var controller = "parvis"
    @OptionGroup var conditions: ScenarioOptions
    @Option(help: "Where the origin of a network without a projection lies: longitude,latitude.")
    var origin = "0,0"
    @Flag(help: "Let a second process watch the lamps and count what must never be shown; status 2 when there was any.")
    var monitor = false
    @Flag(help: "Leave the city running after the end, until Ctrl-C.")
    var stay = false
    @Flag(help: "Print JSON at the end instead of sentences.")
    var json = false

    func validate() throws {
        guard ["parvis", "fixed"].contains(controller) else {
            throw ValidationError("--controller is \"\(controller)\"; parvis and fixed are possible")
        }
        if let speed, !(0.1...1_000).contains(speed) {
            throw ValidationError("--speed is \(speed); 0.1 to 1000 are possible")
        }
        if let until, !(1...1e6).contains(until) {
            throw ValidationError("--until is \(until); write seconds after the beginning")
        }
        _ = try self.place()
    }

    func run() async throws {
        try await Failure.told {
            // Before a city is started for it.
            let scenario = try Scenario(path: scenario)
            if let url {
                try await simulate(scenario, url, key: access.value, trust.trust)
            } else {
                try await serve(scenario)
            }
        }
    }

    private func serve(_ scenario: Scenario) async throws {
        let (settings, isTemporary) = try options.settings(temporaryNamed: "parvis-sumo")
        defer { if isTemporary { try? FileManager.default.removeItem(atPath: settings.data) } }
        let server = try Serve.start(settings, settings.makeLogger())
        do {
            if settings.isOpen { server.tellAboutAccess() }
            let trial = settings.isOpen ? nil : try await server.trialAccess(as: "demo")
            Self.tell("The city is up: console \(trial?.link ?? server.url + "/"), API \(server.url)/ngsi-ld/v1/")
            if let trial { Self.tell("Its key: export PARVIS_KEY=\(trial.key)") }
            try await simulate(scenario, server.localURL, key: trial?.key, .anyone)
            if stay {
                Self.tell("The city stays up until Ctrl-C.")
                await TerminationSignal.wait()
            }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func simulate(
        _ scenario: Scenario, _ url: String, key: String?, _ trust: OutgoingHTTP.Trust
    ) async throws {
        let run = StreetRun(scenario, seed: seed, options: try runOptions())
        let city = try SumoCity(url: url, tenant: tenant, key: key, trust: trust)
        let result: StreetResult
        do {
            result = try await run.run(in: city) { Self.tell($0) }
        } catch {
            await city.close()
            throw error
        }
        await city.close()
        if json {
            try Output.printJSON(result)
        } else {
            print(SumoSummary.text(result))
        }
        if (result.run.violations ?? 0) > 0 { throw ExitCode(2) }
    }

    private func runOptions() throws -> StreetRun.Options {
        var run = StreetRun.Options()
        run.mode = controller == "fixed" ? .fixedPlan : .adaptive
        run.demand = conditions.demand
        run.deadDetectors = conditions.deadDetectors
        run.breakdowns = conditions.breakdowns
        run.publicTransportPriority = conditions.priority
        run.untilSeconds = until
        run.speed = speed
        run.origin = try place()
        run.monitorCommand = try monitor ? TrafficMonitor.command() : []
        return run
    }

    private func place() throws -> Position {
        let numbers = origin.split(separator: ",").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.count == 2, (-180...180).contains(numbers[0]), (-85...85).contains(numbers[1]) else {
            throw ValidationError("--origin is \"\(origin)\"; write longitude,latitude such as 6.95,50.94")
        }
        return Position(longitude: numbers[0], latitude: numbers[1])
    }

    /// On standard error, so that the summary alone is on standard output.
    private static func tell(_ text: String) { Output.tell("\(text)\n") }

    private static func tell(_ event: StreetEvent) {
        switch event {
        case .began(let signals, let leftOut):
            tell("\(signals.count) signals are described to the city")
            for line in leftOut { tell("left to its own plan: \(line)") }
        case .control(let seconds, let signals, let control): tell("\(Int(seconds)) s  \(signals): \(control)")
        case .city(let seconds, let answers):
            tell("\(Int(seconds)) s  the city \(answers ? "answers again" : "does not answer")")
        case .minute(let seconds, let standing, let adaptive, let signals):
            tell("\(Int(seconds)) s  \(standing) vehicles stand; \(adaptive) of \(signals) signals follow commands")
        }
    }
}

/// What a run came to, in sentences.
enum SumoSummary {
    static func text(_ result: StreetResult) -> String {
        let run = result.run
        func one(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
        let controls = result.controlSeconds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value) s" }
        let perSecond = result.processorSeconds * 1_000 / Double(max(1, result.seconds))
        var lines: [String] = []
        lines.append(
            "Delay \(one(run.delaySeconds)) s a vehicle: \(run.vehicles) wanted to travel, \(run.arrived) arrived, \(run.neverInserted) were never let in"
        )
        lines.append(
            "Control of \(result.signals) signals in \(result.seconds) s: \(controls.joined(separator: ", "))")
        lines.append(
            "Commands: \(result.commandsInTime) in time, \(result.commandsMissing) missing, \(result.commandsRefused) refused"
        )
        lines.append(
            "Commands came \(one(result.meanAnswerMilliseconds)) ms after the readings, at most \(one(result.mostAnswerMilliseconds)) ms"
        )
        lines.append(
            "Processor time of this process: \(one(result.processorSeconds)) s, \(one(perSecond, 2)) ms for each simulated second; \(one(result.wallSeconds)) s in all"
        )
        if let violations = run.violations {
            lines.append("Safety monitor: \(violations) violations")
            for violation in result.violationExamples {
                lines.append(
                    "  \(violation.atSeconds) s, \(violation.signals): \(violation.text) (\(violation.rule.rawValue))")
            }
        }
        return lines.joined(separator: "\n")
    }
}
