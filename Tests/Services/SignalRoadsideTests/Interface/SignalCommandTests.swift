import JSONTree
import NGSILDModel
import SampleSignals
import Testing

@testable import SignalRoadside

struct SignalCommandTests {
    @Test func `a command reads as it was written`() throws {
        let command = SignalCommand(
            sequence: 17, measuredAt: SampleCrossing.time(3), validUntil: SampleCrossing.time(8),
            protectedGroups: [1, 4], permissiveGroups: [3])
        var writer = ByteWriter()
        command.append(to: &writer)
        let document = try JSONDocument(parsing: writer.array())
        #expect(try SignalCommand(document, document.root) == command)
    }

    @Test func `an acknowledgement is JSON whatever the reason holds`() throws {
        var writer = ByteWriter()
        SignalAcknowledgement(sequence: 3, isAccepted: false, reason: "a \"quote\"\n").append(to: &writer)
        let document = try JSONDocument(parsing: writer.array())
        #expect(document.member(document.root, "isAccepted").flatMap { document.bool($0) } == false)
        #expect(document.member(document.root, "reason").flatMap { document.string($0) } == "a \"quote\"\n")
    }
}
