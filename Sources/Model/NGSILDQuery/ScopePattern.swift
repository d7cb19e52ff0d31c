/// One scope that a scope query names: `/Madrid/Gardens`, `/Madrid/+/Park`, `/Madrid/#`.
public struct ScopePattern: Sendable {
    /// The levels from the top, `nil` standing for any one level (`+`).
    public private(set) var levels: [String?] = []
    /// Whether it also means all scopes below (`#`).
    public private(set) var includesBelow = false
    /// The levels as a scope is written, each with its slash before it, when all are named.
    private(set) var path: [UInt8]?

    init(levels: [String?], includesBelow: Bool) {
        self.levels = levels
        self.includesBelow = includesBelow
        var path: [UInt8] = []
        for level in levels {
            guard let level else { return }
            path.append(UInt8(ascii: "/"))
            path.append(contentsOf: level.utf8)
        }
        self.path = path
    }

    /// The levels of a scope, however its slashes are written.
    public static func levels(of scope: String) -> [Substring] {
        scope.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true).map { Substring($0) }
    }

    func matches(_ scope: String) -> Bool {
        if let path, !path.isEmpty,
            let compared = scope.utf8.withContiguousStorageIfAvailable({ scope in
                path.withUnsafeBufferPointer { Self.matches(scope, $0, includesBelow) }
            }),
            let answer = compared
        {
            return answer
        }
        let found = scope.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        guard includesBelow ? found.count >= levels.count : found.count == levels.count, !found.isEmpty else {
            return false
        }
        for (level, expected) in zip(found, levels) {
            if let expected, !level.elementsEqual(expected.utf8) { return false }
        }
        return true
    }

    /// Compares with a path of named levels, without taking the scope apart.
    ///
    /// - Returns: `nil` for a scope that is not written in the plain way, with one slash before each level.
    @inline(__always)
    static func matches(
        _ scope: UnsafeBufferPointer<UInt8>, _ path: UnsafeBufferPointer<UInt8>, _ includesBelow: Bool
    ) -> Bool? {
        let slash = UInt8(ascii: "/")
        guard scope.first == slash, scope.last != slash else { return nil }
        var same = 0
        while same < min(scope.count, path.count), scope[same] == path[same] { same += 1 }
        if same == path.count {
            // A scope does not end in a slash, so one more byte follows this one.
            if same == scope.count { return true }
            if scope[same] != slash { return false }
            return scope[same + 1] == slash ? nil : includesBelow
        }
        if same == scope.count { return false }
        return scope[same] == slash && scope[same - 1] == slash ? nil : false
    }
}
