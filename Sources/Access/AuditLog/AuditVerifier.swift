import JSONTree

/// What a check of a log found.
public struct AuditReport: Sendable, Hashable {
    /// Problems that are told; more are only counted.
    static let limit = 100

    public internal(set) var lines = 0
    public internal(set) var first = 0
    public internal(set) var last = 0
    public internal(set) var lastHash = AuditChain.beginning
    public internal(set) var signatures = 0
    /// Records that the log itself says it could not keep.
    public internal(set) var lost = 0
    public internal(set) var problems: [String] = []
    public internal(set) var problemCount = 0

    mutating func add(_ problem: String) {
        problemCount += 1
        if problems.count < Self.limit { problems.append(problem) }
    }
}

/// Checks a log from its first line to its last: hashes, chain, numbers, signatures, where it begins and where it ends.
public enum AuditVerifier {
    /// - Parameters:
    ///   - key: the public key, better from elsewhere than from the directory.
    ///   - expecting: a line that was noted elsewhere and must be there, with its hash.
    public static func verify(
        directory: String, key: AuditPublicKey, expecting: (number: Int, hash: String)? = nil
    ) -> AuditReport {
        var report = AuditReport()
        var begin: (number: Int, previous: String)?
        var next = 0
        var cuts: [Int: String] = [:]
        var expected = expecting
        // Read before the lines, for a process that writes moves it on.
        let head = AuditHead(directory: directory)
        var headHash: String?
        let files = AuditSegment.files(in: directory)
        for (path, first) in files {
            guard let file = AuditFile(path) else {
                report.add("\(path) cannot be read")
                continue
            }
            var isFirst = true
            let end = file.forEachLine { bytes in
                report.lines += 1
                guard let line = AuditLine(bytes) else {
                    report.add("\(path): what follows line \(report.last) is no line of a log")
                    return true
                }
                if isFirst, line.number != first { report.add("\(path) begins with line \(line.number)") }
                isFirst = false
                if !line.isWhole { report.add("line \(line.number) was changed: its hash is not that of its text") }
                if begin == nil {
                    begin = (line.number, line.previous)
                    report.first = line.number
                } else if line.number != next {
                    report.add("line \(line.number) stands where line \(next) belongs")
                } else if line.previous != report.lastHash {
                    report.add("line \(line.number) does not follow on the line before it")
                }
                check(line, key, &report, &cuts)
                if line.kind == "gap" { report.lost += Self.lost(bytes) }
                if line.kind == "break" {
                    report.add("line \(line.number) says that the log was found damaged at a start")
                }
                if let noted = expected, noted.number == line.number {
                    if noted.hash != line.hash { report.add("line \(line.number) is not the one that was noted") }
                    expected = nil
                }
                if head?.number == line.number { headHash = line.hash }
                next = line.number + 1
                report.last = line.number
                report.lastHash = line.hash
                return true
            }
            if end < file.bytes.count, path != files.last?.path {
                report.add("\(path) ends within a line")
            }
        }
        checkEnds(begin, cuts, head, headHash, key, &report)
        if let expected { report.add("line \(expected.number), which was noted, is not there") }
        return report
    }

    private static func check(
        _ line: AuditLine, _ key: AuditPublicKey, _ report: inout AuditReport, _ cuts: inout [Int: String]
    ) {
        guard ["checkpoint", "cut", "stop"].contains(line.kind) else { return }
        guard key.accepts(line.signature, of: "parvis-audit:\(line.hash)") else {
            report.add("the signature of line \(line.number) is not of this key")
            return
        }
        report.signatures += 1
        if let through = line.through, let hash = line.throughHash { cuts[through] = hash }
    }

    private static func checkEnds(
        _ begin: (number: Int, previous: String)?, _ cuts: [Int: String], _ head: AuditHead?, _ headHash: String?,
        _ key: AuditPublicKey, _ report: inout AuditReport
    ) {
        if let begin {
            let isBeginning = begin.number == 1 && begin.previous == AuditChain.beginning
            if !isBeginning, cuts[begin.number - 1] != begin.previous {
                report.add("the log begins with line \(begin.number), and nothing signed says why")
            }
        }
        guard let head, key.accepts(head.signature, of: AuditHead.message(head.number, head.hash)) else {
            report.add("head.json, which says where the log ends, is missing or not signed by this key")
            return
        }
        if head.number > report.last {
            report.add("the log ends with line \(report.last), and had line \(head.number)")
        } else if let headHash, headHash != head.hash {
            report.add("line \(head.number) is not the one that head.json names")
        }
    }

    private static func lost(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        guard let document = try? JSONDocument(parsing: Array(bytes)) else { return 0 }
        return document.member(document.root, named: "lost").flatMap { Int(document.text($0)) } ?? 0
    }
}
