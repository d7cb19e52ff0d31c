// swift-tools-version: 6.2
import PackageDescription

// The targets stand in the order of the flow (docs/architecture.md); arrows only point down.

// PARVIS_FUZZ=1 adds the fuzzer and builds this package's targets for it; scripts/fuzz sets it.
let isFuzzing = Context.environment["PARVIS_FUZZ"] == "1"
let fuzzed: [SwiftSetting] =
    isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"])] : []

// PARVIS_STRICT=1 makes warnings errors, in this package's targets only; .ci/run sets it.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
    ] + (Context.environment["PARVIS_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : []) + fuzzed

/// A library target at Sources/FOLDER/NAME and, unless refused, its mirror at Tests/FOLDER/NAMETests.
func layer(
    _ folder: String, _ name: String, _ dependencies: [Target.Dependency] = [],
    exclude: [String] = [], tests: [Target.Dependency]? = []
) -> [Target] {
    var targets: [Target] = [
        .target(
            name: name, dependencies: dependencies, path: "Sources/\(folder)/\(name)", exclude: exclude,
            swiftSettings: strict)
    ]
    if let tests {
        targets.append(
            .testTarget(
                name: "\(name)Tests", dependencies: [.byName(name: name), "ClauseTrait"] + dependencies + tests,
                path: "Tests/\(folder)/\(name)Tests", swiftSettings: strict))
    }
    return targets
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")

// What stands below everything and is not C.
let threads = layer("System", "WorkThreads")

let model =
    layer("Model", "JSONTree", tests: ["SeededRandom"])
    + layer("Model", "GeoJSON", ["JSONTree"], tests: ["SeededRandom"])
    + layer("Model", "JSONLD", ["JSONTree"])
    + layer("Model", "NGSILDModel", ["JSONTree", "GeoJSON", "JSONLD"], tests: ["SeededRandom"])
    + layer(
        "Model", "NGSILDQuery", ["JSONTree", "GeoJSON", "JSONLD", "NGSILDModel", "CPCRE2", "CGEOS", "CICU"],
        tests: ["SeededRandom"])
    + layer("Model", "NGSILDOperations", ["JSONTree", "GeoJSON", "NGSILDModel", "NGSILDQuery"], tests: nil)

let access =
    layer(
        "Access", "AccessPolicies", ["JSONTree", "GeoJSON", "JSONLD", "NGSILDModel", "NGSILDQuery"],
        tests: ["InMemoryStorage"])
    + layer("Access", "AuditLog", ["JSONTree", crypto])

let identity =
    layer(
        "Access", "AccessKeeping",
        ["JSONTree", "NGSILDModel", "NGSILDOperations", "AccessPolicies", "CArgon2", "WorkThreads", crypto, jwtKit],
        tests: ["JSONLD", "BrokerCore", "InMemoryStorage"])
    + layer(
        "Access", "AccessHTTP",
        ["JSONTree", "NGSILDModel", "AccessPolicies", "AccessKeeping", "NGSILDHTTP"],
        tests: [
            "JSONLD", "NGSILDOperations", "BrokerCore", "InMemoryStorage", logging,
        ])

let store =
    layer("Store", "BrokerStorage", ["NGSILDModel"])
    + layer("Store", "InMemoryStorage", ["BrokerStorage", "NGSILDModel"], tests: ["StorageConformance"])
    + layer("Store", "SQLiteStorage", ["BrokerStorage", "NGSILDModel", grdb], tests: ["StorageConformance"])
    + layer("Store", "StorageConformance", ["BrokerStorage", "NGSILDModel"], tests: nil)

let broker =
    layer("Broker", "SpatialIndex", ["GeoJSON"], tests: ["SeededRandom"])
    + layer(
        "Broker", "BrokerCore",
        [
            "GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "BrokerStorage", "SpatialIndex",
            "WorkThreads", heap,
        ], tests: ["InMemoryStorage", "GatedStorage", "SeededRandom", "JSONTree", "JSONLD"])
    + layer(
        "Broker", "TemporalEvolution",
        ["JSONTree", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "BrokerStorage", "BrokerCore", "WorkThreads"],
        tests: ["InMemoryStorage", "GatedStorage", "SeededRandom", "SQLiteStorage", "JSONLD"])
    + layer(
        "Broker", "EntityMaps", ["NGSILDModel", "NGSILDQuery", "NGSILDOperations"],
        tests: ["BrokerCore", "TemporalEvolution", "InMemoryStorage", "JSONTree", "JSONLD"])
    + layer(
        "Broker", "Snapshots",
        ["JSONTree", "JSONLD", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "WorkThreads"],
        tests: ["BrokerCore", "TemporalEvolution", "InMemoryStorage"])

let notify =
    layer("Notify", "SMTPDelivery", ["CCurl"])
    + layer(
        "Notify", "NotificationDelivery",
        [
            "JSONTree", "JSONLD", "GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "AccessPolicies",
            "NGSILDClient", "MQTTClient", "SMTPDelivery", logging, heap,
        ],
        tests: ["BrokerCore", "InMemoryStorage", "LocalHTTP"])

let edge =
    layer(
        "Edge", "NGSILDHTTP",
        [
            "JSONTree", "JSONLD", "GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "AccessPolicies",
            nioCore, nioPosix, nioHTTP1, nioWebSocket, nioTLS, nioSSL, nioHTTP2, logging,
        ], tests: ["BrokerCore", "EntityMaps", "Snapshots", "TemporalEvolution", "InMemoryStorage", nioEmbedded])
    + layer(
        "Edge", "NGSILDClient", ["JSONTree", "JSONLD", httpClient, nioCore, nioPosix, nioSSL],
        tests: ["LocalHTTP", nioHTTP1])
    + layer("Edge", "DatasetImport", ["JSONTree", yams, heap, "CZip"])
    + layer("Edge", "MQTTClient", ["NGSILDClient", "CMosquitto"], tests: ["RealMosquitto"])
    + layer(
        "Edge", "DeviceIngest",
        ["JSONTree", "JSONLD", "NGSILDModel", "NGSILDOperations", "MQTTClient", "DatasetImport"],
        tests: ["BrokerCore", "InMemoryStorage", "NGSILDClient", "NGSILDQuery", "RealMosquitto"])
    + layer(
        "Edge", "ImportService",
        ["JSONTree", "JSONLD", "NGSILDModel", "NGSILDOperations", "DatasetImport", "WorkThreads"],
        tests: ["BrokerCore", "InMemoryStorage", "TemporalEvolution"])

let services =
    layer("Services", "SampleCity", ["JSONTree", heap])
    + layer("Services", "SpatialInterpolation")
    + layer("Services", "Forecasting")
    + layer("Services", "AirEvaluation", ["SpatialInterpolation", "Forecasting"])
    + layer("Services", "TrafficForecasting", ["Forecasting", "LeastSquares"])
    + layer("Services", "LeastSquares")
    + layer("Services", "AirQuality", ["LeastSquares"])
    + layer("Services", "AirMap", ["JSONTree", "CZip", "AirQuality", "SpatialInterpolation"])
    + layer(
        "Services", "ServiceRuntime", ["JSONTree", "NGSILDModel", "NGSILDQuery", "NGSILDOperations"],
        tests: ["JSONLD", "BrokerCore", "InMemoryStorage"])
    + layer(
        "Services", "VectorTiles", ["GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations"],
        tests: ["JSONTree", "JSONLD", "BrokerCore", "InMemoryStorage"])
    + layer(
        "Services", "AirService",
        [
            "JSONTree", "JSONLD", "GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "ServiceRuntime",
            "AirQuality", "AirMap", "Forecasting",
        ],
        tests: ["BrokerCore", "BrokerStorage", "TemporalEvolution", "InMemoryStorage", "SQLiteStorage"])
    + layer(
        "Services", "TrafficService",
        [
            "JSONTree", "JSONLD", "GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "ServiceRuntime",
            "TrafficForecasting",
        ],
        tests: [
            "BrokerCore", "BrokerStorage", "TemporalEvolution", "InMemoryStorage", "SQLiteStorage", "TrafficSimulation",
            "RealSumo",
        ])
    + layer("Services", "AlertRules", ["JSONTree", "GeoJSON", "NGSILDModel"])
    + layer(
        "Services", "RuleService",
        [
            "JSONTree", "JSONLD", "GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "ServiceRuntime",
            "AlertRules", heap,
        ],
        tests: [
            "BrokerCore", "BrokerStorage", "TemporalEvolution", "NotificationDelivery", "InMemoryStorage",
            "SQLiteStorage",
        ])
    + layer(
        "Services", "PublicData",
        ["JSONTree", "JSONLD", "GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "ServiceRuntime"],
        tests: ["BrokerCore", "TemporalEvolution", "InMemoryStorage"])
    + layer("Services", "SignalControl", tests: ["SampleSignals", "SeededRandom"])
    + layer(
        "Services", "SignalRoadside", ["JSONTree", "GeoJSON", "NGSILDModel", "SignalControl"],
        tests: ["SampleSignals", "SeededRandom"])
    + layer(
        "Services", "SignalService",
        [
            "JSONTree", "JSONLD", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "ServiceRuntime", "SignalControl",
            "SignalRoadside",
        ],
        tests: [
            "SampleSignals", "SeededRandom", "BrokerCore", "BrokerStorage", "TemporalEvolution", "InMemoryStorage",
            "SQLiteStorage",
        ])
    + layer(
        "Services", "TrafficSimulation", ["JSONTree", "GeoJSON", "NGSILDModel", "SignalControl", "SignalRoadside"],
        tests: ["RealSumo"])

// The page in Site is compiled in by CConsoleSite, so that the binary needs no files beside it.
let web = layer("Web", "CityConsole", ["JSONTree", "CConsoleSite"], exclude: ["Site"])

let testSupport: [Target] = [
    .target(name: "ClauseTrait", path: "Tests/Support/ClauseTrait", swiftSettings: strict),
    .target(
        name: "SampleSignals", dependencies: ["NGSILDModel", "SignalControl"], path: "Tests/Support/SampleSignals",
        swiftSettings: strict),
    .target(
        name: "LocalHTTP", dependencies: [nioCore, nioPosix, nioHTTP1], path: "Tests/Support/LocalHTTP",
        swiftSettings: strict),
    .target(name: "SeededRandom", path: "Tests/Support/SeededRandom", swiftSettings: strict),
    .target(
        name: "GatedStorage", dependencies: ["NGSILDModel", "BrokerStorage", "InMemoryStorage"],
        path: "Tests/Support/GatedStorage", swiftSettings: strict),
    .target(name: "RealMosquitto", path: "Tests/Support/RealMosquitto", swiftSettings: strict),
    .target(name: "RealSumo", path: "Tests/Support/RealSumo", swiftSettings: strict),
]

let app: [Target] = [
    .systemLibrary(
        name: "CPCRE2", path: "Sources/System/CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(
        name: "CGEOS", path: "Sources/System/CGEOS", pkgConfig: "geos", providers: [.apt(["libgeos-dev"])]),
    // With OpenSSL, which libmosquitto speaks TLS by.
    .systemLibrary(
        name: "CMosquitto", path: "Sources/System/CMosquitto", pkgConfig: "libmosquitto",
        providers: [.apt(["libmosquitto-dev", "libssl-dev"])]),
    .systemLibrary(
        name: "CCurl", path: "Sources/System/CCurl", pkgConfig: "libcurl",
        providers: [.apt(["libcurl4-openssl-dev"])]),
    // Comes with Swift's Foundation.
    .systemLibrary(name: "CICU", path: "Sources/System/CICU"),
    .systemLibrary(
        name: "CZip", path: "Sources/System/CZip", pkgConfig: "libzip",
        providers: [.apt(["libzip-dev", "zlib1g-dev"])]),
    .systemLibrary(
        name: "CArgon2", path: "Sources/System/CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
    // Takes the place of malloc in the whole program, by being linked.
    .systemLibrary(name: "CMimalloc", path: "Sources/System/CMimalloc", providers: [.apt(["libmimalloc-dev"])]),
    .target(name: "CConsoleSite", path: "Sources/System/CConsoleSite"),
    .executableTarget(
        name: "parvis",
        dependencies: [
            "JSONTree", "JSONLD", "NGSILDModel", "NGSILDQuery", "NGSILDOperations", "BrokerCore", "BrokerStorage",
            "SQLiteStorage", "TemporalEvolution", "EntityMaps", "Snapshots", "MQTTClient", "SMTPDelivery",
            "NotificationDelivery", "NGSILDHTTP", "NGSILDClient", "DatasetImport", "DeviceIngest", "ImportService",
            "SampleCity", "AuditLog",
            "AirQuality", "AirMap", "AirService",
            "AirEvaluation", "TrafficForecasting", "TrafficService", "TrafficSimulation", "SignalRoadside",
            "SignalService", "AlertRules", "RuleService", "VectorTiles", "PublicData", "GeoJSON", "CityConsole",
            "CMimalloc", "ServiceRuntime", "AccessPolicies", "AccessKeeping", "AccessHTTP", "WorkThreads", logging,
            yams, argumentParser,
        ],
        path: "Sources/App/parvis", swiftSettings: strict),
    .testTarget(
        name: "parvisTests",
        dependencies: [
            "parvis", "AirQuality", "AirService", "BrokerStorage", "DatasetImport", "JSONTree", "LocalHTTP",
            "NGSILDClient", "NGSILDModel", "SampleCity", "SQLiteStorage", logging, argumentParser,
        ],
        path: "Tests/App/parvisTests",
        swiftSettings: strict),
]

let fuzz: [Target] =
    !isFuzzing
    ? []
    : [
        .systemLibrary(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "parvis-fuzz",
            dependencies: [
                "CLibFuzzer", "JSONTree", "JSONLD", "GeoJSON", "NGSILDModel", "NGSILDQuery", "NGSILDOperations",
                "BrokerCore", "InMemoryStorage", "TemporalEvolution", "NGSILDHTTP", "NotificationDelivery",
                "DeviceIngest", "DatasetImport", nioCore, nioEmbedded, logging,
            ],
            path: "Fuzz/parvis-fuzz", swiftSettings: strict,
            // gold fails on what the sanitizers bring.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]

let package = Package(
    name: "parvis",
    products: [.executable(name: "parvis", targets: ["parvis"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: threads + model + access + identity + store + broker + notify + edge + services + web + app + testSupport
        + fuzz,
    swiftLanguageModes: [.v6]
)
