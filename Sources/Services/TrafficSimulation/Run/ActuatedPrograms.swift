/// SUMO's actuated control on the phases of a network's plans, as a comparison.
enum ActuatedPrograms {
    /// Shortest and longest green, in seconds: what the measured comparison has.
    private static let greens = (shortest: 5, longest: 50)

    static func xml(_ network: RoadNetwork) -> String {
        var text = "<additional>\n"
        for program in network.programs {
            text += "<tlLogic id=\"\(program.signals)\" type=\"actuated\" programID=\"parvis.actuated\" offset=\"0\">\n"
            for phase in program.phases {
                text += "<phase duration=\"\(phase.durationSeconds)\" state=\"\(phase.state)\""
                if !phase.state.contains("y") {
                    text += " minDur=\"\(greens.shortest)\" maxDur=\"\(greens.longest)\""
                }
                text += "/>\n"
            }
            text += "</tlLogic>\n"
        }
        return text + "</additional>\n"
    }
}
