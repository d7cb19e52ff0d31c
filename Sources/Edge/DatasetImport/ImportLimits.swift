/// The limits that keep an import's memory and time bounded, whatever the file holds.
public struct ImportLimits: Sendable, Equatable {
    /// Longest field of a table, in bytes; default 1 MiB.
    public var fieldBytes = 1 << 20
    /// Longest row of a table, in bytes without delimiters; default 4 MiB.
    public var rowBytes = 4 << 20
    /// Most fields in a row; default 4,096.
    public var fields = 4_096
    /// Largest size of one file after decompression, in bytes; default 16 GiB.
    public var unpackedBytes = 16 << 30
    /// Largest ratio of unpacked to packed size, watched once 64 MiB are unpacked; default 250.
    ///
    /// Tables rarely pass 40; DEFLATE cannot pass 1,032, which is what a zip bomb comes near to.
    public var unpackingRatio = 250
    /// Most members of a zip archive; default 10,000.
    public var archiveMembers = 10_000
    /// Most identifiers that the check of a feed may keep in memory; default 20 million.
    public var identifiers = 20_000_000
    /// Most points of one shape; default 1 million.
    public var shapePoints = 1_000_000
    /// Most entities whose current state a history import may keep in memory; default 200,000,
    /// each of which takes about 2 KB.
    public var historyEntities = 200_000
    /// Largest mapping file, in bytes; default 1 MiB.
    public var mappingBytes = 1 << 20

    public init() {}
}
