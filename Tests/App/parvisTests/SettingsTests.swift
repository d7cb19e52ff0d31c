import AirQuality
import Foundation
import Testing

@testable import parvis

struct SettingsTests {
    private func file(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("parvis-\(UUID().uuidString).yaml")
            .path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func `a flag wins over the environment, that over the file, that over the default`() throws {
        let path = try file("port: 2001\ndata: from-file\nhost: 10.0.0.1\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let settings = try Settings.resolve(
            flags: ["port": "2003"], configFile: path,
            environment: ["PARVIS_PORT": "2002", "PARVIS_DATA": "from-environment"])
        #expect(settings.port == 2003)
        #expect(settings.data == "from-environment")
        #expect(settings.host == "10.0.0.1")
        #expect(settings.memoryBudget == 1 << 30)
    }

    @Test(arguments: [
        ("port", "70000"), ("port", "http"), ("memory-budget", "lots"), ("memory-budget", "1KiB"), ("open", "perhaps"),
        ("log-level", "loud"), ("log-format", "xml"), ("tile-url", "http://tiles"), ("host", ""),
        ("public-url", "city.example"), ("public-url", "ftp://city.example"), ("public-url", "https://"),
        ("public-url", "https://city.example?x"), ("public-url", "https://me@city.example"),
    ])
    func `a value out of range is refused with the name of its flag`(name: String, value: String) {
        #expect { try Settings.resolve(flags: [name: value], configFile: nil, environment: [:]) } throws: {
            "\($0)".contains("--\(name)") && (value.isEmpty || "\($0)".contains(value))
        }
    }

    @Test(arguments: ["mqtt://anna:secret@/", "http://anna:secret@host", "mqtt://anna:secret@host/topic", ""])
    func `a server that no messages can be taken from is refused without its password`(url: String) {
        let flags = ["mqtt-ingest": url, "ingest": #filePath]
        #expect { try Settings.resolve(flags: flags, configFile: nil, environment: [:]) } throws: {
            "\($0)".contains("--mqtt-ingest") && !"\($0)".contains("secret")
        }
    }

    @Test(arguments: [
        "smtp://anna:secret@host:99999", "smtp://anna:secret@", "http://anna:secret@host", "smtp://secret@host",
    ])
    func `a mail server that cannot be used is refused without its password`(url: String) {
        let environment = ["PARVIS_SMTP_URL": url, "PARVIS_SMTP_FROM": "parvis@city.example"]
        #expect { try Settings.resolve(flags: [:], configFile: nil, environment: environment) } throws: {
            "\($0)".contains("PARVIS_SMTP_URL") && !"\($0)".contains("secret")
        }
    }

    @Test func `messages are taken from servers by a mapping`() throws {
        let flags = ["mqtt-ingest": "mqtt://a, mqtts://b:8884", "ingest": #filePath]
        let settings = try Settings.resolve(flags: flags, configFile: nil, environment: [:])
        #expect(settings.ingestServers == ["mqtt://a", "mqtts://b:8884"])
        #expect {
            try Settings.resolve(flags: ["mqtt-ingest": "mqtt://a"], configFile: nil, environment: [:])
        } throws: { "\($0)".contains("needs a mapping") }
    }

    @Test func `signals are controlled unless that is turned off`() throws {
        #expect(try Settings.resolve(flags: [:], configFile: nil, environment: [:]).hasSignals)
        #expect(try !Settings.resolve(flags: [:], configFile: nil, environment: ["PARVIS_SIGNALS": "no"]).hasSignals)
    }

    @Test func `the air has the European index unless another is named`() throws {
        let settings = try Settings.resolve(flags: [:], configFile: nil, environment: [:])
        #expect(settings.hasAir)
        #expect(settings.airIndices == [.european])
        let named = try Settings.resolve(flags: ["air-indices": "us-aqi"], configFile: nil, environment: [:])
        #expect(named.airIndices == [.unitedStates])
        #expect(throws: (any Error).self) {
            try Settings.resolve(flags: ["air-indices": "AQI"], configFile: nil, environment: [:])
        }
    }

    @Test(arguments: ["https://city.example", "http://10.0.0.1:8080", "https://city.example/parvis"])
    func `a public URL is taken with or without the slash at its end`(url: String) throws {
        for text in [url, url + "/"] {
            let settings = try Settings.resolve(flags: ["public-url": text], configFile: nil, environment: [:])
            #expect(settings.publicURL == url)
        }
    }

    @Test func `each setting stands in one list`() {
        let names = SettingKey.all.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
