import ArgumentParser
import BrokerStorage
import Foundation
import NGSILDClient
import NGSILDModel
import Testing

@testable import parvis

struct FailureTests {
    @Test(
        arguments: [
            (
                NGSILDError.resourceNotFound("There is no person anna; add one first"),
                "There is no person anna; add one first"
            ),
            (
                OutgoingHTTPError.unreachable("http://h/", reason: "refused"),
                "http://h/ cannot be reached: refused; does a Parvis run there? Check --url"
            ),
            (
                NGSILDClientError.noAnswer(.timedOut("http://h/")),
                "http://h/ does not answer in time; does a Parvis run there? Check --url"
            ),
            (
                NGSILDClientError.refused(status: 401, type: "", detail: "No credential"),
                "No credential; give a key with --key or in PARVIS_KEY"
            ),
            (
                StorageError.unavailable(path: "d", reason: "Read-only file system"),
                "d cannot be used: Read-only file system; check the path and its permissions"
            ),
            (
                StorageError.unavailable(path: "d", reason: "it is there; take another"),
                "d cannot be used: it is there; take another"
            ),
        ] as [(any Error, String)])
    func `an error is told with what to do, and without the name of its type`(error: any Error, text: String) {
        #expect(Failure.text(error) == text)
    }

    @Test func `a directory without a city is not made one by reading from it`() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        #expect { try LocalCity(directory: directory) } throws: {
            "\($0)".contains(directory) && "\($0)".contains("--data")
        }
        #expect(!FileManager.default.fileExists(atPath: directory))
    }

    @Test func `a file that is no JSON is named, with the place`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json").path
        try "{\"a\": 1".write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect { try GivenFile.json(path) } throws: { "\($0)".contains(path) && "\($0)".contains("line 1") }
        #expect { try GivenFile.json(path + ".none") } throws: { "\($0)".contains(path + ".none cannot be read") }
    }
}
