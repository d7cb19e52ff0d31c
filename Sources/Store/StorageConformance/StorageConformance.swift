public import BrokerStorage
import NGSILDModel

/// The checks that make an engine a store. Each engine's tests run all of `checks`.
///
/// ```swift
/// @Test(arguments: StorageConformance.checks)
/// func `keeps the contract`(_ check: StorageCheck) throws {
///     try check.run(StoreEngine(make: { try MyStorage() }))
/// }
/// ```
public enum StorageConformance {
    /// All checks.
    public static let checks: [StorageCheck] =
        entityChecks + expectationChecks + changeChecks + outboxChecks + tenantChecks + documentChecks + historyChecks
        + termChecks + concurrencyChecks + lifecycleChecks
}

/// How the checks get at the stores of an engine.
public struct StoreEngine: Sendable {
    let make: @Sendable () throws -> any BrokerStorage
    let reopen: (@Sendable (any BrokerStorage) throws -> any BrokerStorage)?
    let share: (@Sendable (any BrokerStorage) throws -> any BrokerStorage)?

    /// - Parameters:
    ///   - make: a new, empty store.
    ///   - reopen: closes a store and opens what it left; `nil` for an engine that keeps nothing.
    ///   - share: a second user of the same store; `nil` for an engine that has only one.
    public init(
        make: @escaping @Sendable () throws -> any BrokerStorage,
        reopen: (@Sendable (any BrokerStorage) throws -> any BrokerStorage)? = nil,
        share: (@Sendable (any BrokerStorage) throws -> any BrokerStorage)? = nil
    ) {
        self.make = make
        self.reopen = reopen
        self.share = share
    }
}

/// One sentence about stores that is true or not.
public struct StorageCheck: Sendable, CustomStringConvertible {
    public let description: String
    private let body: @Sendable (StoreEngine) throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (StoreEngine) throws -> Void) {
        self.description = description
        self.body = body
    }

    /// A check of one new store.
    static func store(
        _ description: String, _ body: @escaping @Sendable (any BrokerStorage) throws -> Void
    ) -> StorageCheck {
        StorageCheck(description) { engine in
            let store = try engine.make()
            defer { store.close() }
            try body(store)
        }
    }

    /// - Throws: `ConformanceFailure` when the sentence is not true, or what the store throws.
    public func run(_ engine: StoreEngine) throws { try body(engine) }
}

/// Says which expectation a store did not meet.
public struct ConformanceFailure: Error, CustomStringConvertible {
    public let description: String
}

func expect(
    _ condition: Bool, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws {
    if !condition { throw ConformanceFailure(description: "\(what()) (\(file):\(line))") }
}

func expectEqual<T: Equatable>(
    _ found: T, _ expected: T, _ what: String, file: StaticString = #fileID, line: UInt = #line
) throws {
    if found != expected {
        throw ConformanceFailure(description: "\(what): expected \(expected), found \(found) (\(file):\(line))")
    }
}

func expectError(
    _ expected: StorageError, _ what: String, file: StaticString = #fileID, line: UInt = #line,
    _ body: () throws -> Void
) throws {
    do { try body() } catch let error as StorageError {
        try expectEqual(error, expected, what, file: file, line: line)
        return
    }
    throw ConformanceFailure(description: "\(what): nothing was thrown (\(file):\(line))")
}
